import { ActorStoppedError, HostLostError } from "@troupe/actors";
import type { ShardRef } from "./shard.ts";
import { hashOf, shardOf } from "./term_hash.ts";

/** What the shards have answered. */
export interface ShardAnswers<Answer> {
  /** In the order of the terms; `undefined` for those of a missing shard. */
  readonly answers: readonly (Answer | undefined)[];
  /** The numbers of shards that were asked and had nothing to say, ascending. */
  readonly missing: readonly number[];
}

/**
 * Asks about `terms`, each at the shard that keeps it, all shards at the same time. A shard that is
 * lost, late or not whole is missing; the others' answers count all the same.
 *
 * @param ask Asks one shard about some of the terms; its answers come in the order of these.
 */
export async function askShards<Answer>(
  shards: readonly ShardRef[],
  terms: readonly string[],
  ask: (shard: ShardRef, terms: string[]) => Promise<Answer[] | null>,
): Promise<ShardAnswers<Answer>> {
  const groups = Map.groupBy(terms, (term) => shardOf(hashOf(term), shards.length));
  const answers = new Map<string, Answer>();
  const missing: number[] = [];
  await Promise.all(Array.from(groups, async ([shard, group]) => {
    const replies = await unlessMissing(ask(shards[shard]!, group));
    if (replies === null) return void missing.push(shard);
    for (const [i, term] of group.entries()) answers.set(term, replies[i]!);
  }));
  return {
    answers: terms.map((term) => answers.get(term)),
    missing: missing.sort((a, b) => a - b),
  };
}

/** What a shard answers; `null` when it is lost or late. */
export async function unlessMissing<Reply>(reply: Promise<Reply>): Promise<Reply | null> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof HostLostError || error instanceof ActorStoppedError) return null;
    if (error instanceof DOMException && error.name === "TimeoutError") return null;
    throw error;
  }
}
