import type { ShardRef } from "./shard.ts";
import { hashOf, shardOf } from "./term_hash.ts";

/**
 * Asks about `terms`, each at the shard that keeps it, all shards at the same time.
 *
 * @param ask Asks one shard about some of the terms; its answers come in the order of these.
 * @returns The answers in the order of `terms`.
 */
export async function askShards<Answer>(
  shards: readonly ShardRef[],
  terms: readonly string[],
  ask: (shard: ShardRef, terms: string[]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const groups = Map.groupBy(terms, (term) => shardOf(hashOf(term), shards.length));
  const answers = new Map<string, Answer>();
  await Promise.all(Array.from(groups, async ([shard, group]) => {
    const replies = await ask(shards[shard]!, group);
    for (const [i, term] of group.entries()) answers.set(term, replies[i]!);
  }));
  return terms.map((term) => answers.get(term)!);
}
