/**
 * Full-text search over the files in some folders, indexed on all cores.
 *
 *     deno task start [options] [folder ...]
 *
 * `README.md` beside this file tells what it does and which file does what.
 *
 * @module
 */
import { buildIndex, type IndexJob } from "./build_index.ts";
import { compare } from "./compare.ts";
import { QueryError, UsageError } from "./errors.ts";
import { openFolders } from "./folders.ts";
import type { IndexProgress } from "./index_folders.ts";
import { Interrupt } from "./interrupt.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { DEFAULT_LIMIT, parseQuery } from "./query.ts";
import { describeAnswer } from "./report.ts";
import { createSystem } from "./search_actors.ts";
import { serve } from "./serve.ts";

const PROJECT = new URL("../../", import.meta.url);

/** Runs the program and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  using interrupt = new Interrupt();
  try {
    await run(parseOptions(args), interrupt.signal);
    return 0;
  } catch (error) {
    if (interrupt.signal.aborted) return 0;
    if (!(error instanceof UsageError || error instanceof QueryError)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function run(options: Options, signal: AbortSignal): Promise<void> {
  if (options.help) return console.log(HELP);
  const cores = navigator.hardwareConcurrency;
  const folders = options.folders.length > 0
    ? await openFolders(options.folders)
    : [{ path: await Deno.realPath(PROJECT), label: "" }];
  if (options.compare) {
    const workers = Math.max(2, options.workers ?? cores);
    console.log(await compare(folders.map(({ path }) => path), { workers, signal }));
    return;
  }
  const job = { folders, workers: options.workers ?? cores, signal };
  await (options.query === undefined ? answerHttp(job, options) : answerOnce(job, options.query));
}

async function answerOnce(job: IndexJob, query: string): Promise<void> {
  const terms = parseQuery(query);
  await using system = createSystem(job.workers);
  const service = await buildIndex(system, job);
  const { signal } = job;
  console.log(describeAnswer(await service.search(terms, { limit: DEFAULT_LIMIT, signal })));
}

async function answerHttp(job: IndexJob, options: Options): Promise<void> {
  await using system = createSystem(job.workers);
  await using server = serve({ ...options, crashableShards: options.allowCrash ? job.workers : 0 });
  console.error(`Indexing at ${server.url}`);
  const onProgress = (progress: IndexProgress) => server.handler.progress = progress;
  const service = await buildIndex(system, { ...job, onProgress });
  server.handler.backend = service;
  console.log(`Search at ${server.url} (Ctrl-C ends it)`);
  await Promise.race([aborted(job.signal), service.loss()]);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
