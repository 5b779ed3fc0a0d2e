import { setImmediate } from "node:timers/promises";
import type { IndexedFile } from "./file_list.ts";
import { PostingsBuilder, WORDS_PER_ROUND } from "./postings_builder.ts";
import type { ShardIndex } from "./shard_index.ts";
import { TextReader } from "./text_reader.ts";

/** Options for {@linkcode reindex}. */
export interface ReindexOptions {
  /** The number of the shard. */
  shard: number;
  /** How many shards there are. */
  shards: number;
  /** Ends it early, between two files: it then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called after each file. */
  onFile: () => void;
}

/**
 * Adds to the empty `index` of one shard what it keeps of `files`, read as they are now. Between
 * two files other messages get their turn.
 *
 * @param files In ascending order of number.
 */
export async function reindex(
  index: ShardIndex,
  files: readonly IndexedFile[],
  { shard, shards, signal, onFile }: ReindexOptions,
): Promise<void> {
  const reader = new TextReader();
  const builder = new PostingsBuilder(shards);
  for (const { file, path } of files) {
    signal.throwIfAborted();
    const byteLength = reader.read(path);
    onFile();
    if (typeof byteLength === "string") continue; // Gone, or no text any more.
    builder.addFile(file, reader.bytes, byteLength);
    if (builder.size >= WORDS_PER_ROUND) index.add(builder.take()[shard]!);
    await setImmediate();
  }
  index.add(builder.take()[shard]!);
}
