/**
 * Pools of other libraries for Deno.
 *
 * @module
 */
import { isReady } from "./echoes.ts";
import { type PoolPeer, WORKERS } from "../workloads/pool_peer.ts";
import { callPool, type FunctionName } from "./call_pool.ts";
import { loadPeer } from "./versions.ts";

type Call = (argument: unknown) => Promise<unknown>;

/** Has no pool: its workers take turns, as many a program does it. */
export async function comlinkPool(): Promise<PoolPeer> {
  const { wrap } = await loadPeer<{ wrap(worker: Worker): Record<FunctionName, Call> }>("comlink");
  const url = new URL("./comlink_worker.ts", import.meta.url);
  const workers = Array.from({ length: WORKERS }, () => new Worker(url, { type: "module" }));
  await Promise.all(workers.map(isReady));
  const remotes = workers.map((worker) => wrap(worker));
  let turn = 0;
  return callPool(
    "comlink, in turns",
    (task, argument) => remotes[turn++ % WORKERS]![task](argument),
    () => Promise.resolve(workers.forEach((worker) => worker.terminate())),
  );
}

interface WorkerpoolModule {
  default: {
    pool(path: string, options: object): {
      exec(task: string, args: unknown[]): PromiseLike<unknown>;
      terminate(): PromiseLike<unknown>;
    };
  };
}

/** Takes this for Node, so its workers are those of `node:worker_threads`; its Web Workers fail to start. */
export async function workerpoolPool(): Promise<PoolPeer> {
  const { default: workerpool } = await loadPeer<WorkerpoolModule>("workerpool");
  const path = new URL("./workerpool_worker.ts", import.meta.url).pathname;
  const pool = workerpool.pool(path, { workerType: "thread", maxWorkers: WORKERS });
  await pool.exec("square", [3]);
  return callPool(
    "workerpool",
    (task, argument) => pool.exec(task, [argument]),
    async () => await pool.terminate(),
  );
}

interface Poolifier {
  FixedThreadPool: new (workers: number, url: URL) => {
    execute(data: unknown, task: string): Promise<unknown>;
    destroy(): Promise<void>;
  };
}

/** A fixed pool of Web Workers. */
export async function poolifierPool(): Promise<PoolPeer> {
  const { FixedThreadPool } = await loadPeer<Poolifier>("poolifier-web-worker");
  const pool = new FixedThreadPool(WORKERS, new URL("./poolifier_worker.ts", import.meta.url));
  return callPool(
    "poolifier-web-worker",
    (task, argument) => pool.execute(argument, task),
    () => pool.destroy(),
  );
}

interface Threads {
  readonly Worker: new (path: string) => unknown;
  Pool(start: () => unknown, size: number): {
    queue(run: (worker: Record<FunctionName, Call>) => Promise<unknown>): PromiseLike<unknown>;
    terminate(): Promise<void>;
  };
  spawn(worker: unknown): Promise<unknown>;
}

/** Takes this for Node, and finds its workers beside the file that starts them. */
export async function threadsPool(): Promise<PoolPeer> {
  const { Pool, spawn, Worker } = await loadPeer<Threads>("threads");
  const pool = Pool(() => spawn(new Worker("./threads_worker.ts")), WORKERS);
  await pool.queue((worker) => worker.square(3));
  const peer = callPool(
    "threads",
    (task, argument) => pool.queue((worker) => worker[task](argument)),
    () => pool.terminate(),
  );
  // A task costs milliseconds with thousands in the queue: 20 000 take minutes.
  return { ...peer, most: 1_000 };
}

interface Multithreading {
  initRuntime(options: { maxWorkers: number }): void;
  move(...args: unknown[]): unknown;
  spawn(args: unknown, run: unknown): {
    join(): Promise<{ ok: true; value: unknown } | { ok: false; error: unknown }>;
  };
  shutdown(): void;
}

/** Sends the text of a function with each task, which therefore imports what it needs. */
export async function multithreadingPool(): Promise<PoolPeer> {
  const { initRuntime, move, spawn, shutdown } = await loadPeer<Multithreading>("multithreading");
  initRuntime({ maxWorkers: WORKERS });
  const url = new URL("../workloads/pool_work.ts", import.meta.url).href;
  const call = async (task: FunctionName, argument: unknown) => {
    const run = async (url: string, task: FunctionName, argument: never) =>
      (await import(url))[task](argument);
    const result = await spawn(move(url, task, argument), run).join();
    if (!result.ok) throw result.error;
    return result.value;
  };
  // A worker knows a function once it has run it: until then other calls of it fail there.
  await Promise.all(Array.from({ length: WORKERS }, () => call("square", 3)));
  return callPool("multithreading", call, () => Promise.resolve(shutdown()));
}
