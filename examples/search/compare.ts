import type { FileCatalog } from "./file_catalog.ts";
import { indexFolders } from "./index_folders.ts";
import { createSystem, startActors } from "./search_actors.ts";

const ROUNDS = 5;

/**
 * So much text a run is to have: with less, most of the time is each new worker's compiler getting
 * warm. Smaller folders are indexed several times over.
 */
const ENOUGH_BYTES = 32_000_000;
const MOST_TIMES = 200;

/** What one indexing gave. */
interface Run {
  readonly elapsedMs: number;
  readonly catalog: FileCatalog;
}

/** Options for {@linkcode compare}. */
export interface CompareOptions {
  /** How many workers to compare with one. */
  workers: number;
  /** Ends it early. */
  signal: AbortSignal;
}

/**
 * Indexes `folders` with one worker and with several, and says how long each took.
 *
 * The two take turns, each time on fresh workers, after one run that does not count: it leaves the
 * files in the memory of the operating system for all. Timed is the indexing, from the first folder
 * read to the last posting in its shard, without the start of the workers.
 */
export async function compare(
  folders: readonly string[],
  { workers, signal }: CompareOptions,
): Promise<string> {
  const { catalog } = await timeIndexing(folders, workers, 1, signal);
  const times = Math.min(MOST_TIMES, Math.ceil(ENOUGH_BYTES / Math.max(1, catalog.byteLength)));
  const runs = new Map<number, Run[]>([[1, []], [workers, []]]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [count, results] of runs) {
      results.push(await timeIndexing(folders, count, times, signal));
    }
  }
  return describe(runs, times);
}

async function timeIndexing(
  folders: readonly string[],
  workers: number,
  times: number,
  signal: AbortSignal,
): Promise<Run> {
  await using system = createSystem(workers);
  const { indexers } = await startActors(system, workers);
  const startMs = performance.now();
  const catalog = await indexFolders(folders, indexers, { signal, times });
  return { elapsedMs: performance.now() - startMs, catalog };
}

function describe(runs: Map<number, Run[]>, times: number): string {
  const { fileCount, byteLength } = runs.get(1)![0]!.catalog;
  const single = median(runs.get(1)!);
  const over = times === 1 ? "" : ` (the same files ${times} times over)`;
  const head = `Indexing ${fileCount} files, ${(byteLength / 1e6).toFixed(1)} MB${over}; ` +
    `median of ${ROUNDS} runs each, taken in turns`;
  const lines = Array.from(runs, ([workers, results]) => {
    const elapsedMs = median(results);
    return [
      `${workers} ${workers === 1 ? "worker" : "workers"}`.padStart(12),
      `${(elapsedMs / 1_000).toFixed(3)} s`,
      `${(byteLength / elapsedMs / 1_000).toFixed(1)} MB/s`,
      workers === 1 ? "" : `${(single / elapsedMs).toFixed(2)} times as fast`,
    ].join("  ").trimEnd();
  });
  return [head, ...lines].join("\n");
}

function median(runs: readonly Run[]): number {
  const sorted = runs.map(({ elapsedMs }) => elapsedMs).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
