/**
 * What the tests share: a bound for every wait, a check that no worker outlives its test, and scratch
 * folders.
 *
 * `deno task test` preloads this module, so the check runs after each test of each file, also where
 * nothing is imported from here.
 *
 * @module
 */
import process from "node:process";
import { Worker as ThreadWorker } from "node:worker_threads";
import { realPlatform } from "../channels/thread/platform.ts";
import { thread } from "../channels/thread/thread.ts";

// Bounds are in real time, also under `FakeTime`; in a simulation they are in its time, which replaces the globals.
const { setTimeout, clearTimeout } = globalThis;
const real = { setTimeout, clearTimeout, now: () => performance.now() };
const timers = () =>
  thread().platform === realPlatform ? real : {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: () => performance.now(),
  };

/** A wait of a test took too long. */
export class WaitTooLongError extends Error {
  override readonly name = "WaitTooLongError";
  /** What was waited for. */
  readonly what: string;
  /** The bound, in milliseconds. */
  readonly ms: number;

  /** Says what did not come within `ms` milliseconds. */
  constructor(what: string, ms: number) {
    super(`Waited ${ms} ms for: ${what}`);
    this.what = what;
    this.ms = ms;
  }
}

/** Settles like `promise`, or rejects with a {@linkcode WaitTooLongError} after `ms` milliseconds. */
export async function within<T>(ms: number, what: string, promise: PromiseLike<T>): Promise<T> {
  const { setTimeout, clearTimeout } = timers();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new WaitTooLongError(what, ms)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves once `isDone` says so; looks every few milliseconds, `ms` milliseconds at most. */
export async function until(
  ms: number,
  what: string,
  isDone: () => boolean | PromiseLike<boolean>,
): Promise<void> {
  const { setTimeout, now } = timers();
  const end = now() + ms;
  while (!await isDone()) {
    if (now() > end) throw new WaitTooLongError(what, ms);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const webWorkers = new Set<Worker>();
const threadWorkers = new Set<ThreadWorker>();

class CountedWorker extends globalThis.Worker {
  constructor(specifier: string | URL, options?: WorkerOptions) {
    super(specifier, options);
    webWorkers.add(this);
  }
  override terminate(): void {
    webWorkers.delete(this);
    super.terminate();
  }
}
globalThis.Worker = CountedWorker;

process.on("worker", (worker) => {
  threadWorkers.add(worker);
  worker.once("exit", () => threadWorkers.delete(worker));
});
const terminateThread = ThreadWorker.prototype.terminate;
ThreadWorker.prototype.terminate = function (this: ThreadWorker) {
  threadWorkers.delete(this);
  return terminateThread.call(this);
};

interface LockSnapshot {
  held?: { name?: string }[];
  pending?: { name?: string }[];
}
// Deno's types do not have `navigator.locks` yet.
const { locks } = navigator as unknown as { locks: { query(): Promise<LockSnapshot> } };

/** Locks of which a test was told that they are left: no other test is blamed for them. */
const blamed = new Set<string | undefined>();
// A file may have left some before this one began.
await blameForLocks();

async function blameForLocks(): Promise<void> {
  const { held = [], pending = [] } = await locks.query();
  for (const { name } of [...held, ...pending]) blamed.add(name);
}

/**
 * What is left running: workers of both kinds, and Web Locks, which a live thread of Troupe holds.
 *
 * A Web Worker counts until `terminate()` is called on it, also when it has closed itself. One that
 * cannot be stopped keeps its lock: a test that makes one belongs in a process of its own
 * (`program.ts`).
 */
export async function leftovers(): Promise<string[]> {
  const { held, pending } = await locks.query();
  return [
    ...Array.from(webWorkers, () => "a Web Worker that was not terminated"),
    ...Array.from(threadWorkers, (worker) => `thread worker ${worker.threadId}`),
    ...namesOf(held).map((name) => `held lock "${name}"`),
    ...namesOf(pending).map((name) => `pending lock "${name}"`),
  ];
}

function namesOf(some: LockSnapshot["held"] = []): (string | undefined)[] {
  return some.map(({ name }) => name).filter((name) => !blamed.has(name));
}

/** Ends the workers that are left, so that the next test is not blamed for them. */
export function terminateLeftovers(): void {
  for (const worker of webWorkers) worker.terminate();
  for (const worker of threadWorkers) worker.terminate();
}

/** Fails when something is left after `graceMs` milliseconds (a lock outlives its thread a little). */
export async function assertNothingLeft(graceMs = 2_000): Promise<void> {
  const nothingLeft = async () => (await leftovers()).length === 0;
  try {
    await until(graceMs, "the end of all workers", nothingLeft);
  } catch (cause) {
    const left = await leftovers();
    terminateLeftovers();
    await blameForLocks();
    throw new Error(`Left after the test: ${left.join(", ")}`, { cause });
  }
}

Deno.test.afterEach(() => assertNothingLeft());

/** A folder of its own below `.tmp/`, gone at the end of the `await using` scope. */
export async function scratchFolder(): Promise<AsyncDisposable & { path: string }> {
  const root = `${import.meta.dirname}/../.tmp`;
  await Deno.mkdir(root, { recursive: true });
  const path = await Deno.makeTempDir({ dir: root });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}
