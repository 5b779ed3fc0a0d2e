import { setImmediate } from "node:timers/promises";
import { actor, type RefOf, transfer } from "@troupe/actors";
import { HOST } from "./host.ts";
import { buffersOf } from "./postings_batch.ts";
import { PostingsBuilder, WORDS_PER_ROUND } from "./postings_builder.ts";
import type { ShardRef } from "./shard.ts";
import type { SkipReason } from "./skips.ts";
import { TextReader } from "./text_reader.ts";

/** Rounds of batches that may be on their way. One would leave the indexer waiting for replies. */
const ROUNDS_AHEAD = 2;

/** Files to index; the first gets the number `firstFile`, the others those after it. */
export interface IndexRequest {
  readonly firstFile: number;
  readonly paths: readonly string[];
  /** Ends it early, between two files: it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** What became of one file. */
export type FileReport =
  | { readonly skipped: SkipReason }
  | { readonly skipped?: never; readonly words: number; readonly byteLength: number };

/** What an indexer has done so far. */
export interface IndexerStats {
  readonly host: string;
  readonly files: number;
  readonly words: number;
  readonly byteLength: number;
  readonly busyMs: number;
}

/**
 * Reads files, splits them into words and sends the postings straight to the shards.
 *
 * The words collected go to the shards in rounds, a batch for each shard. It works ahead of the
 * shards by a few rounds and then waits for them, so memory stays bounded however slow they are.
 */
export const indexer = actor(import.meta, (_context, shards: readonly ShardRef[]) => {
  const reader = new TextReader();
  const builder = new PostingsBuilder(shards.length);
  const total = { host: HOST, files: 0, words: 0, byteLength: 0, busyMs: 0 };
  const unfinished: Promise<unknown>[] = [];

  function addFile(file: number, path: string): FileReport {
    const startMs = performance.now();
    const byteLength = reader.read(path);
    if (typeof byteLength === "string") return { skipped: byteLength };
    const words = builder.addFile(file, reader.bytes, byteLength);
    total.files++;
    total.words += words;
    total.byteLength += byteLength;
    total.busyMs += performance.now() - startMs;
    return { words, byteLength };
  }

  async function flush(): Promise<void> {
    if (unfinished.length === ROUNDS_AHEAD) await unfinished.shift();
    const round = Promise.all(
      builder.take().map((batch, i) => {
        return shards[i]!.ask.add(transfer(batch, buffersOf(batch)));
      }),
    );
    round.catch(() => {}); // Whoever takes it from the list reports it; it may wait there.
    unfinished.push(round);
    await setImmediate(); // The thread has been busy: lets in what the others sent meanwhile.
  }

  return {
    /** Indexes files. Their last words may still wait here for more to go with them. */
    async index({ firstFile, paths, signal }: IndexRequest): Promise<FileReport[]> {
      const reports: FileReport[] = [];
      for (const path of paths) {
        signal.throwIfAborted();
        reports.push(addFile(firstFile + reports.length, path));
        if (builder.size >= WORDS_PER_ROUND) await flush();
      }
      return reports;
    },

    /** Sends what is left and waits until the shards have everything. */
    async finish(): Promise<void> {
      await flush();
      await Promise.all(unfinished.splice(0));
    },

    /** Counts files, words, bytes and time. */
    stats: (): IndexerStats => total,
  };
});

/** A reference to an {@linkcode indexer}. */
export type IndexerRef = RefOf<typeof indexer>;
