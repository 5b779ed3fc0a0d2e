import { ActorSystem, type ExitReason, Supervisor } from "@troupe/actors";
import { fileList, type FileListRef } from "./file_list.ts";
import { indexer, type IndexerRef } from "./indexer.ts";
import { shard, type ShardRef } from "./shard.ts";

/** The actors of the search: shard `i` keeps the terms that `shardOf` gives the number `i`. */
export interface SearchActors {
  readonly supervisor: Supervisor;
  readonly files: FileListRef;
  readonly shards: readonly ShardRef[];
  readonly indexers: readonly IndexerRef[];
}

/**
 * Longest time that actors get to stop. They keep nothing outside their memory, so whoever is
 * still reading files by then may be cut off.
 */
const SHUTDOWN_MS = 250;

/** So many crashes of shards in so many milliseconds may have been bad luck. */
const BUDGET = { maxRestarts: 10, withinMs: 10_000 };

/** A system for the search, with this many workers. */
export function createSystem(workers: number): ActorSystem {
  return new ActorSystem({ workers, shutdownMs: SHUTDOWN_MS });
}

/**
 * Starts a shard on each of `workers` workers and an indexer beside each shard.
 *
 * A shard that is lost starts again, by itself: the others have lost nothing. An indexer never
 * does, because nobody could tell which of its words had not reached the shards yet.
 */
export async function startActors(system: ActorSystem, workers: number): Promise<SearchActors> {
  const supervisor = new Supervisor({ system, strategy: "one-for-one", ...BUDGET });
  const files = await system.spawn(fileList);
  const numbers = Array.from({ length: workers }, (_, i) => i);
  const shards = await Promise.all(
    numbers.map((number) => supervisor.spawn(shard, { shard: number, shards: workers, files })),
  );
  const indexers = await Promise.all(shards.map((near) => {
    return system.spawn(indexer.with({ near, restart: "temporary" }), shards);
  }));
  return { supervisor, files, shards, indexers };
}

/** Rejects when a shard ends for good; never resolves. */
export async function firstLoss({ supervisor, shards }: SearchActors): Promise<never> {
  const reason = await Promise.race(shards.map(async ({ exited }) => {
    const reason = await exited;
    return reason.kind === "shutdown" ? await supervisor.exited : reason;
  }));
  throw new Error(`Cannot search on: a part of the index is gone (${describeReason(reason)})`);
}

function describeReason(reason: ExitReason): string {
  return "error" in reason ? `${reason.error}` : reason.kind;
}
