import {
  checkCount,
  checkFunction,
  checkMs,
  checkSignal,
} from "../../channels/vocabulary/checks.ts";
import { jsonOf } from "../../channels/vocabulary/kept.ts";
import { hostBehind } from "../system/actor_system.ts";
import { Crew } from "./_crew.ts";
import { isTask } from "../definition/defined_task.ts";
import { PoolClosedError } from "../vocabulary/errors.ts";
import type { Host } from "../host/host.ts";
import { useSystem } from "../system/implicit_system.ts";
import { type Child, within } from "../cell/children.ts";
import { ChunkedMap } from "./_map.ts";
import { lazyResults } from "./_imap.ts";
import { checkLists, checkSource, itemsOf, rootOf } from "./_items.ts";
import type { Job, PoolTask } from "./_job.ts";
import { JobMaker } from "./_job_maker.ts";
import type { ImapOptions, MapOptions, PoolOptions } from "./pool_options.ts";
import { type PoolSettings, settingsOf } from "./_settings.ts";
import type { AnyTask, TaskDefinition } from "../vocabulary/definition.ts";

// Chunks of a map for each worker: fewer, and the last one makes the others wait; more only cost messages.
const CHUNKS_EACH = 4;
// Chunks of a lazy map drawn ahead for each worker.
const AHEAD_EACH = 8;

/**
 * Workers of its own for tasks: maps over every core.
 *
 * A task that throws rejects its own result. A worker that ends takes only the task with it that it was running, which
 * rejects with `HostLostError` (or runs again, see `retries`); another worker takes its place. What was submitted is
 * captured by the call: what the caller changes afterwards is not sent.
 *
 * Leaving the scope of an `await using` closes the pool, waits for what was submitted for at most the system's
 * `shutdownMs`, and terminates what is left then. A pool that an actor keeps is the actor's to end:
 * `context.onStop(() => pool.terminate())`; the end of the system ends it too.
 *
 * Cost: arguments and results are copied (see `transfer`); some microseconds for a `run()`, much less for an item of a
 * chunk.
 *
 * @example Square some numbers
 * ```ts
 * import { Pool, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const square = task(import.meta, (n: number) => n * n);
 *
 * await using pool = new Pool({ workers: 0 }); // 0: on this thread
 * assertEquals(await pool.run(square, 3), 9);
 * assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
 * ```
 *
 * @typeParam F The task of the initializer; only the constructor knows it.
 */
export class Pool<F extends AnyTask = AnyTask> implements AsyncDisposable {
  /** Most workers. */
  readonly workers: number;
  readonly #host: Host;
  readonly #release: () => Promise<void>;
  readonly #crew: Crew;
  readonly #settings: PoolSettings;
  readonly #jobs: JobMaker;
  readonly #tasks = new WeakMap<object, PoolTask>();
  /** By which the workers know tasks, by their addresses. */
  readonly #numbers = new Map<string, number>();
  readonly #self: Child;
  #isClosed = false;
  readonly #end = Promise.withResolvers<void>();

  /**
   * Starts no worker yet.
   *
   * @throws {RangeError} when a number is out of range.
   * @throws {TypeError} when a word is not one of those allowed, or the initializer is not a task and its arguments.
   */
  constructor(options: PoolOptions<F> = {}) {
    this.#settings = settingsOf(options);
    const used = useSystem(options.system);
    this.#host = hostBehind(used.system);
    this.#host.checkOpen("create Pool");
    this.#release = () => used.release();
    this.workers = this.#settings.workers;
    this.#crew = new Crew(this.#host, this.#settings);
    this.#jobs = new JobMaker(this.#crew, this.#settings.retries);
    this.#self = this.#asChild();
    this.#host.children.add(this.#self);
  }

  /**
   * Runs a task on one of the workers, in order of submission. The task's options `signal` and `timeoutMs` hold from
   * this call on: one whose time is over before it began never runs; one that runs goes on, but nobody waits for it.
   *
   * @throws Rejects with what the task throws.
   * @throws {HostLostError} Rejects when its worker ended meanwhile.
   * @throws {PoolClosedError} Rejects when the pool is closed, or terminated before it was done.
   * @throws {TypeError} Rejects when an argument or the result cannot cross threads.
   */
  run<A extends unknown[], R>(task: TaskDefinition<A, R>, ...args: A): Promise<Awaited<R>> {
    try {
      const known = this.#taskOf("run task", task);
      const { signal, timeoutMs = Infinity } = known.definition.options;
      signal?.throwIfAborted();
      const job = this.#jobs.one("call", known, args, "args", 1, signal);
      this.#start(job, signal, timeoutMs);
      return job.promise as Promise<Awaited<R>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Runs a task for each item; resolves to the results in the order of the items. Rejects with the first failure, and
   * drops what has not begun then. All items are drawn from the source and captured before the first one is sent.
   *
   * @example Follow the progress
   * ```ts
   * import { Pool, task } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * const square = task(import.meta, (n: number) => n * n);
   *
   * await using pool = new Pool({ workers: 0 });
   * let shown = "";
   * const onProgress = (done: number, total: number) => shown = `${done} of ${total}`;
   * assertEquals(await pool.map(square, [1, 2, 3], { onProgress }), [1, 4, 9]);
   * assertEquals(shown, "3 of 3");
   * ```
   *
   * @throws Rejects as {@linkcode Pool.run}, and with what the source or `onProgress` throws.
   * @throws {RangeError} Rejects when a number is out of range.
   */
  map<T, R>(
    task: TaskDefinition<[item: T], R>,
    items: Iterable<T>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.#mapAll("map", task, items, options) as Promise<Awaited<R>[]>;
  }

  /** Like {@linkcode Pool.map}; each item is the list of the arguments of one call. */
  starmap<A extends unknown[], R>(
    task: TaskDefinition<A, R>,
    items: Iterable<A>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.#mapAll("starmap", task, items, options) as Promise<Awaited<R>[]>;
  }

  /**
   * Runs a task for each item of a source, which may be endless: at most `lookAhead` items are drawn whose results have
   * not been taken. Results come in the order of the items. Nothing is drawn before the first result is asked for;
   * leaving the loop drops what has not begun and ends the source.
   *
   * @example The first squares of a source without end
   * ```ts
   * import { Pool, task } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * const square = task(import.meta, (n: number) => n * n);
   * function* naturals() {
   *   for (let n = 0;; n++) yield n;
   * }
   *
   * await using pool = new Pool({ workers: 0 });
   * const squares: number[] = [];
   * for await (const n of pool.imap(square, naturals())) {
   *   if (squares.push(n) === 3) break;
   * }
   * assertEquals(squares, [0, 1, 4]);
   * ```
   *
   * @throws Rejects as {@linkcode Pool.run}, in place of the results of the chunk that failed; that ends the iteration.
   * What the source throws comes after the results of what it had given.
   * @throws {PoolClosedError} at once when the pool is closed; when that happens later, in place of what is not drawn.
   * @throws {RangeError} at once when a number is out of range.
   * @throws {TypeError} at once when there is no task, or the source is not iterable.
   */
  imap<T, R>(
    task: TaskDefinition<[item: T], R>,
    source: Iterable<T> | AsyncIterable<T>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>, void, void> {
    return this.#lazily(true, task, source, options) as AsyncIterableIterator<Awaited<R>, void>;
  }

  /** Like {@linkcode Pool.imap}, but each result comes when it is there, whatever came before it in the source. */
  imapUnordered<T, R>(
    task: TaskDefinition<[item: T], R>,
    source: Iterable<T> | AsyncIterable<T>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>, void, void> {
    return this.#lazily(false, task, source, options) as AsyncIterableIterator<Awaited<R>, void>;
  }

  /** Refuses new work from now on; what was submitted goes on, and the workers end when it is done. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end.resolve(this.#finish());
  }

  /**
   * Resolves when all that was submitted is done and the workers have ended. The shutdown of the system closes the pool,
   * too, for all but the system's own actors.
   *
   * @throws {TypeError} Rejects when the pool is open: `close()` or `terminate()` it first.
   */
  async join(): Promise<void> {
    if (!this.#isClosed && !this.#host.refuses()) {
      throw new TypeError("Cannot join Pool: it is open; close() or terminate() it first");
    }
    await this.#end.promise;
  }

  /** Rejects what is not done with `PoolClosedError`, and ends the workers at once; resolves when they have ended. */
  async terminate(): Promise<void> {
    this.close();
    await this.#crew.terminate(new PoolClosedError("run task", "terminated"));
    await this.#end.promise;
  }

  /** Closes the pool, and terminates it when that takes longer than the system's `shutdownMs`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endWithin(this.#host.settings.shutdownMs);
  }

  async #endWithin(ms: number): Promise<boolean> {
    this.close();
    if (await within(this.#host.clock, ms, this.#end.promise)) return true;
    await this.terminate();
    return false;
  }

  async #finish(): Promise<void> {
    await this.#crew.idle();
    await this.#crew.stop();
    this.#host.children.delete(this.#self);
    await this.#release();
  }

  #asChild(): Child {
    const nameNow = () => this.#crew.undone.join(", ") || "pool";
    /** What it was killed in the midst of. */
    let name: string | null = null;
    return {
      get label() {
        return name ?? nameNow();
      },
      stop: async (_reason, drain = false) => {
        if (drain) return await this.#endWithin(Infinity);
        await this.terminate();
        return true;
      },
      kill: () => {
        name ??= nameNow();
        return this.terminate();
      },
    };
  }

  #taskOf(doing: string, task: unknown): PoolTask {
    if (this.#isClosed) throw new PoolClosedError(doing, "closed");
    this.#host.checkOpen(doing);
    if (!isTask(task)) {
      throw new TypeError(`Cannot ${doing}: the first argument must come from task()`);
    }
    const known = this.#tasks.get(task);
    if (known !== undefined) return known;
    const address = jsonOf(task.address);
    const number = this.#numbers.get(address) ?? this.#numbers.size;
    this.#numbers.set(address, number);
    const entry = { number, definition: task, label: task.options.name ?? task.address.url };
    this.#tasks.set(task, entry);
    return entry;
  }

  #start(job: Job, signal: AbortSignal | undefined, timeoutMs: number): void {
    if (this.#host.deadlines.start(job, signal, timeoutMs)) this.#crew.submit(job);
    else job.abandon();
  }

  #mapAll(
    kind: "map" | "starmap",
    task: unknown,
    source: Iterable<unknown>,
    options: MapOptions,
  ): Promise<unknown[]> {
    try {
      const doing = `${kind} task`;
      const known = this.#taskOf(doing, task);
      const { chunkSize, onProgress = () => {} } = options;
      const limits = limitsOf(doing, options, known);
      checkCount(doing, "chunkSize", chunkSize, 1);
      checkFunction(doing, "onProgress", onProgress);
      limits.signal?.throwIfAborted();
      const items = itemsOf(doing, source);
      if (kind === "starmap") checkLists(items);
      if (items.length === 0) return Promise.resolve([]);
      const share = Math.ceil(items.length / (Math.max(1, this.workers) * CHUNKS_EACH));
      const step = Math.min(chunkSize ?? share, this.#settings.maxTasksPerWorker);
      const jobs = this.#jobs.forChunks(kind, known, items, step);
      const map = new ChunkedMap(this.#host.deadlines, jobs, known.label, limits, onProgress);
      for (const job of jobs) if (map.isOpen) this.#crew.submit(job);
      return map.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #lazily(
    isOrdered: boolean,
    task: unknown,
    source: Iterable<unknown> | AsyncIterable<unknown>,
    options: ImapOptions,
  ): AsyncIterableIterator<unknown, void, void> {
    const doing = "imap task";
    const known = this.#taskOf(doing, task);
    const { chunkSize = 1 } = options;
    const workers = Math.max(1, this.workers) * this.#settings.concurrency;
    const { lookAhead = AHEAD_EACH * workers * chunkSize } = options;
    const { signal, timeoutMs } = limitsOf(doing, options, known);
    checkCount(doing, "chunkSize", chunkSize, 1);
    checkCount(doing, "lookAhead", lookAhead, 1);
    checkSource(doing, source);
    const submit = (items: unknown[], first: number) => {
      const now = this.#taskOf(doing, task);
      const job = this.#jobs.one("map", now, [items], rootOf(first), items.length, signal);
      this.#start(job, signal, timeoutMs);
      return job;
    };
    return lazyResults({
      source,
      chunkSize: Math.min(chunkSize, this.#settings.maxTasksPerWorker),
      lookAhead,
      isOrdered,
      signal,
      submit,
    });
  }
}

function limitsOf(
  doing: string,
  { signal, timeoutMs }: ImapOptions,
  { definition: { options } }: PoolTask,
): { signal: AbortSignal | undefined; timeoutMs: number } {
  checkMs(doing, "timeoutMs", timeoutMs);
  checkSignal(doing, signal);
  const signals = [signal, options.signal].filter((each) => each !== undefined);
  return {
    signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0],
    timeoutMs: timeoutMs ?? options.timeoutMs ?? Infinity,
  };
}
