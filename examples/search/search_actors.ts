import { ActorSystem } from "@troupe/actors";
import { indexer, type IndexerRef } from "./indexer.ts";
import { shard, type ShardRef } from "./shard.ts";

/** The actors of the search: shard `i` keeps the terms that `shardOf` gives the number `i`. */
export interface SearchActors {
  readonly shards: readonly ShardRef[];
  readonly indexers: readonly IndexerRef[];
}

/**
 * Longest time that actors get to stop. They keep nothing outside their memory, so whoever is
 * still reading files by then may be cut off.
 */
const SHUTDOWN_MS = 250;

/** A system for the search, with this many workers. */
export function createSystem(workers: number): ActorSystem {
  return new ActorSystem({ workers, shutdownMs: SHUTDOWN_MS });
}

/**
 * Starts a shard on each of `workers` workers and an indexer beside each shard.
 *
 * None of them is ever restarted: it would come back empty, and an index with a hole must not
 * answer as if it were whole.
 */
export async function startActors(system: ActorSystem, workers: number): Promise<SearchActors> {
  const numbers = Array.from({ length: workers }, (_, i) => i);
  const shards = await Promise.all(
    numbers.map(() => system.spawn(shard.with({ restart: "temporary" }))),
  );
  const indexers = await Promise.all(shards.map((near) => {
    return system.spawn(indexer.with({ near, restart: "temporary" }), shards);
  }));
  return { shards, indexers };
}

/** Rejects when one of the actors ends; never resolves. */
export async function firstLoss({ shards, indexers }: SearchActors): Promise<never> {
  const { kind } = await Promise.race([...shards, ...indexers].map(({ exited }) => exited));
  throw new Error(`Cannot search on: a part of the index is gone (${kind})`);
}
