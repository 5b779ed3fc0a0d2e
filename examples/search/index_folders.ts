import { fileBatches } from "./file_batches.ts";
import { FileCatalog } from "./file_catalog.ts";
import type { IndexerRef } from "./indexer.ts";

/** One batch in work and one waiting, so that an indexer never idles for want of a message. */
const BATCHES_PER_INDEXER = 2;

/** How far {@linkcode indexFolders} has come. */
export interface IndexProgress {
  /** Files found so far. */
  readonly found: number;
  /** Files done, those skipped included. */
  readonly done: number;
  /** Bytes of text indexed. */
  readonly byteLength: number;
}

/** Options for {@linkcode indexFolders}. */
export interface IndexFoldersOptions {
  /** Ends it early: it then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called after each batch of files. */
  onProgress?: (progress: IndexProgress) => void;
  /** How often to index the same files, for measuring. */
  times?: number;
}

/**
 * Has the `indexers` index all files in `folders`; resolves when the shards hold everything.
 *
 * This thread only walks the folders and hands out names. An indexer gets more when it is done
 * with what it has, so a slow one gets fewer.
 *
 * @param folders Real paths.
 */
export async function indexFolders(
  folders: readonly string[],
  indexers: readonly IndexerRef[],
  { signal, onProgress, times = 1 }: IndexFoldersOptions,
): Promise<FileCatalog> {
  const catalog = new FileCatalog();
  let found = 0;
  let done = 0;
  const onFound = (count: number) => found += count;
  const batches = fileBatches(folders, { skips: catalog.skips, signal, onFound, times })
    .getReader();

  async function feed(indexer: IndexerRef): Promise<void> {
    for (;;) {
      const { value: paths } = await batches.read();
      if (paths === undefined) return;
      const firstFile = catalog.add(paths);
      // No time limit: how long it takes depends on the disk, and Ctrl-C ends it.
      const { ask } = indexer.with({ signal, timeoutMs: Infinity });
      catalog.record(firstFile, await ask.index({ firstFile, paths, signal }));
      done += paths.length;
      onProgress?.({ found, done, byteLength: catalog.byteLength });
    }
  }

  try {
    const feeders = Array.from({ length: BATCHES_PER_INDEXER }, () => indexers.map(feed)).flat();
    await Promise.all(feeders);
    await Promise.all(indexers.map((indexer) => indexer.with({ signal }).ask.finish()));
    return catalog;
  } catch (error) {
    await batches.cancel(error);
    throw error;
  }
}
