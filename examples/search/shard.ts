import { actor, type RefOf, transfer } from "@troupe/actors";
import type { PostingsBatch } from "./postings_batch.ts";
import { ShardIndex, type ShardSize, type TermMatches } from "./shard_index.ts";
import { HOST } from "./host.ts";

/** What a shard reports about itself. */
export interface ShardStats extends ShardSize {
  readonly host: string;
}

/** Keeps the part of the index whose terms hash to it. Its state dies with its worker. */
export const shard = actor(import.meta, () => {
  const index = new ShardIndex();
  return {
    /** Takes over a batch; the reply is what its sender waits for before it sends more. */
    add(batch: PostingsBatch): void {
      index.add(batch);
    },

    /** The files that hold each of `terms`, in the order of `terms`. */
    match(terms: readonly string[]): TermMatches[] {
      const matches = terms.map((term) => index.match(term));
      const buffers = matches.flatMap((
        { files, frequencies },
      ) => [files.buffer, frequencies.buffer]);
      return transfer(matches, buffers);
    },

    /** For each of `terms`, those of `files` that hold it, with the lines. */
    lines(terms: readonly string[], files: ReadonlySet<number>): Map<number, number[]>[] {
      return terms.map((term) => index.lines(term, files));
    },

    /** Counts terms, batches and memory. */
    stats: (): ShardStats => ({ host: HOST, ...index.size() }),
  };
});

/** A reference to a {@linkcode shard}. */
export type ShardRef = RefOf<typeof shard>;
