import { parseQuery } from "../../examples/search/query.ts";
import { createSystem, startActors } from "../../examples/search/search_actors.ts";
import { indexFolders } from "../../examples/search/index_folders.ts";
import { SearchService } from "../../examples/search/search_service.ts";
import { expectAll } from "../harness/check.ts";
import { measure } from "../harness/measure.ts";
import { percentile } from "../report/statistics.ts";
import { sized } from "../harness/settings.ts";
import type { Measure, Player } from "../harness/workload.ts";

const FOLDERS = ["actors", "channels", "examples", "tests"]
  .map((name) => new URL(`../../${name}`, import.meta.url).pathname);
const CLIENTS = 16;
const QUERIES = ["actor", "message queue", "import export function", "the worker ends", "lookahead"]
  .map(parseQuery);
const INDEXING: Measure[] = [
  { name: "files", unit: "/s", best: "most" },
  { name: "text", unit: "MiB/s", best: "most" },
];
const SEARCHING: Measure[] = [
  { name: "queries", unit: "/s", best: "most" },
  { name: "p50", unit: "ms", best: "least" },
  { name: "p99", unit: "ms", best: "least" },
];

/** The search example over the texts of this project: indexing, and queries of many clients at the same time. */
export async function benchSearch() {
  await measure({
    title: "search: indexing this project",
    measures: INDEXING,
    players: [index(1), index(2)],
    rounds: 5,
  });
  await using one = await indexed(1);
  await using two = await indexed(2);
  await measure({
    title: `search: queries of ${CLIENTS} clients at the same time`,
    measures: SEARCHING,
    players: [one, two],
    rounds: 5,
  });
}

/** With one worker the second core walks the folders. */
function index(workers: number): Player {
  const times = sized(42, 1);
  return {
    name: workerText(workers),
    role: workers === 1 ? "by-hand" : "troupe",
    async run() {
      await using system = createSystem(workers);
      const { indexers } = await startActors(system, workers);
      const { signal } = new AbortController();
      const start = performance.now();
      const catalog = await indexFolders(FOLDERS, indexers, { signal, times });
      const seconds = (performance.now() - start) / 1000;
      return [catalog.fileCount / seconds, catalog.byteLength / 2 ** 20 / seconds];
    },
  };
}

/** An index that answers queries; every answer has to be as complete as the first one. */
async function indexed(workers: number): Promise<Player & AsyncDisposable> {
  const system = createSystem(workers);
  const actors = await startActors(system, workers);
  const { signal } = new AbortController();
  const catalog = await indexFolders(FOLDERS, actors.indexers, { signal });
  const folders = FOLDERS.map((path) => ({ path, label: path }));
  const service = new SearchService(system, actors, { catalog, folders });
  const options = { limit: 10, signal };
  const totals = await Promise.all(
    QUERIES.map(async (query) => (await service.search(query, options)).total),
  );
  const queries = sized(2_000, 20);
  return {
    name: workerText(workers),
    role: workers === 1 ? "by-hand" : "troupe",
    async run() {
      const times: number[] = [];
      let begun = 0;
      const client = async () => {
        while (begun < queries) {
          const which = begun++ % QUERIES.length;
          const start = performance.now();
          const { total, missing } = await service.search(QUERIES[which]!, options);
          times.push(performance.now() - start);
          expectAll(missing.length, 0, "missing shards");
          expectAll(total, totals[which]!, "files found");
        }
      };
      const start = performance.now();
      await Promise.all(Array.from({ length: CLIENTS }, client));
      const seconds = (performance.now() - start) / 1000;
      return [queries / seconds, percentile(times, 0.5), percentile(times, 0.99)];
    },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

function workerText(workers: number): string {
  return workers === 1 ? "1 worker" : `${workers} workers`;
}
