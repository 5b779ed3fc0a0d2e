import type { ActorSystem } from "@troupe/actors";
import type { Folder } from "./folders.ts";
import { indexFolders, type IndexProgress } from "./index_folders.ts";
import { IndexingBar } from "./progress.ts";
import { describeIndex } from "./report.ts";
import { startActors } from "./search_actors.ts";
import { SearchService } from "./search_service.ts";

/** What to index. */
export interface IndexJob {
  readonly folders: readonly Folder[];
  /** Workers to spread it over. */
  readonly workers: number;
  /** Ends it early: it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called after each batch of files. */
  readonly onProgress?: (progress: IndexProgress) => void;
}

/** Indexes folders on the workers of `system`, and tells on standard error how it goes. */
export async function buildIndex(system: ActorSystem, job: IndexJob): Promise<SearchService> {
  const { folders, workers, signal, onProgress = () => {} } = job;
  const actors = await startActors(system, workers);
  console.error(`Indexing ${folders.map(({ path }) => path).join(", ")} (workers: ${workers})`);
  const startMs = performance.now();
  const catalog = await withBar((bar) => {
    const paths = folders.map(({ path }) => path);
    return indexFolders(paths, actors.indexers, {
      signal,
      onProgress: (progress) => {
        bar.update(progress);
        onProgress(progress);
      },
    });
  });
  console.error(describeIndex(catalog, performance.now() - startMs));
  return new SearchService(system, actors, { catalog, folders });
}

async function withBar<Result>(work: (bar: IndexingBar) => Promise<Result>): Promise<Result> {
  using bar = new IndexingBar();
  return await work(bar);
}
