import type { Skips } from "./skips.ts";
import { walk } from "./walk.ts";

const FILES_PER_BATCH = 16;

/** Options for {@linkcode fileBatches}. */
export interface FileBatchesOptions {
  /** Counts what is left out. */
  skips: Skips;
  /** Ends the walk: reading then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called with the number of files found in a folder. */
  onFound: (count: number) => void;
  /**
   * How often to walk the folders; every time gives all files again.
   *
   * @default {1}
   */
  times?: number;
}

/**
 * The files in `folders`, several at a time, the unit of work for an indexer.
 *
 * The walk does not wait for its readers: it takes little time beside the indexing, and it is what
 * tells how much there is to do. To cancel the stream ends the walk.
 *
 * @param folders Real paths.
 */
export function fileBatches(
  folders: readonly string[],
  { skips, signal, onFound, times = 1 }: FileBatchesOptions,
): ReadableStream<string[]> {
  return new ReadableStream({
    async start(controller) {
      let batch: string[] = [];
      for (let time = 0; time < times; time++) {
        for await (const files of walk(folders, skips)) {
          signal.throwIfAborted();
          onFound(files.length);
          for (const file of files) {
            batch.push(file);
            if (batch.length < FILES_PER_BATCH) continue;
            controller.enqueue(batch); // Throws once the stream is cancelled, which ends the walk.
            batch = [];
          }
        }
      }
      controller.enqueue(batch);
      controller.close();
    },
  });
}
