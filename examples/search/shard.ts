import { actor, type RefOf, transfer } from "@troupe/actors";
import type { FileListRef } from "./file_list.ts";
import { HOST } from "./host.ts";
import type { PostingsBatch } from "./postings_batch.ts";
import { reindex } from "./reindex.ts";
import { ShardIndex, type ShardSize, type TermMatches } from "./shard_index.ts";

/** What a shard reports about itself. */
export interface ShardStats extends ShardSize {
  readonly host: string;
  /** Whether it holds all it should; not yet after its worker was lost. */
  readonly isWhole: boolean;
  /** Files read again by now, and all there are to read; 0 as long as it was never lost. */
  readonly filesRead: number;
  readonly filesToRead: number;
  /** Questions answered since it was started. */
  readonly answers: number;
}

/** Which part of the index a shard keeps, and where it finds the files when it has lost it. */
export interface ShardPart {
  readonly shard: number;
  /** How many shards there are. */
  readonly shards: number;
  readonly files: FileListRef;
}

/**
 * Keeps the part of the index whose terms hash to it.
 *
 * Its state dies with its worker. The first time the indexers fill it; when it is started again it
 * reads the files itself, and until it has read all of them it answers `null`: an index with a hole
 * must not answer as if it were whole.
 */
export const shard = actor(import.meta, (context, { shard, shards, files }: ShardPart) => {
  const index = new ShardIndex();
  const load = { filesRead: 0, filesToRead: 0, answers: 0 };
  let isWhole = context.restarts === 0;
  if (!isWhole) context.after(0, readAgain);

  async function readAgain(): Promise<void> {
    const { signal } = context;
    const startMs = performance.now();
    console.error(`Shard ${shard} has lost its part of the index and reads the files again`);
    try {
      const all = await files.with({ signal, timeoutMs: Infinity }).ask.all();
      load.filesToRead = all.length;
      await reindex(index, all, { shard, shards, signal, onFile: () => load.filesRead++ });
    } catch (error) {
      if (signal.aborted) return; // It stops, so nobody will ask.
      throw error;
    }
    isWhole = true;
    const seconds = (performance.now() - startMs) / 1_000;
    console.error(`Shard ${shard} is whole again after ${seconds.toFixed(2)} s`);
  }

  return {
    /** Takes over a batch; the reply is what its sender waits for before it sends more. */
    add(batch: PostingsBatch): void {
      if (isWhole) index.add(batch); // Otherwise it finds these words itself.
    },

    /** The files that hold each of `terms`, in the order of `terms`. */
    match(terms: readonly string[]): TermMatches[] | null {
      if (!isWhole) return null;
      load.answers++;
      const matches = terms.map((term) => index.match(term));
      const buffers = matches.flatMap((
        { files, frequencies },
      ) => [files.buffer, frequencies.buffer]);
      return transfer(matches, buffers);
    },

    /** For each of `terms`, those of `files` that hold it, with the lines. */
    lines(terms: readonly string[], files: ReadonlySet<number>): Map<number, number[]>[] | null {
      if (!isWhole) return null;
      load.answers++;
      return terms.map((term) => index.lines(term, files));
    },

    /** Counts terms, batches, memory and what was asked. */
    stats: (): ShardStats => ({ host: HOST, isWhole, ...load, ...index.size() }),

    /** Ends the worker, with all that runs there. */
    crash(): Promise<never> {
      self.close();
      return new Promise(() => {});
    },
  };
}).with({ concurrency: 2 }); // Queries are answered while it reads the files.

/** A reference to a {@linkcode shard}. */
export type ShardRef = RefOf<typeof shard>;
