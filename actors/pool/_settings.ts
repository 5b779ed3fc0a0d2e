import { draftOf } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { checkCount, checkWord } from "../../channels/vocabulary/checks.ts";
import { thread } from "../../channels/thread/thread.ts";
import { copyHere } from "../cell/copy_here.ts";
import { type DefinedTask, isTask } from "../definition/defined_task.ts";
import { ActorSystem } from "../system/actor_system.ts";
import type { TaskCall } from "../vocabulary/definition.ts";
import type { WorkerKind } from "../vocabulary/options.ts";
import { WORKER_KINDS } from "../vocabulary/worker_kinds.ts";
import type { PoolOptions } from "./pool_options.ts";

/** How a pool works. */
export interface PoolSettings {
  /** Most workers; 0: everything runs on this thread. */
  readonly workers: number;
  readonly worker: WorkerKind | undefined;
  readonly initializer: TaskCall | null;
  readonly maxTasksPerWorker: number;
  readonly concurrency: number;
  readonly retries: number;
}

/**
 * What the options of a pool say.
 *
 * @throws {RangeError} when a number is out of range.
 * @throws {TypeError} when a word is not one of those allowed, or the initializer is not a task and its arguments.
 */
export function settingsOf(options: PoolOptions): PoolSettings {
  checkOptions(options);
  const {
    workers = options.size ?? thread().platform.cores,
    maxTasksPerWorker = Infinity,
    concurrency = 1,
    retries = 0,
    initializer,
    worker,
  } = options;
  const call = initializer === undefined ? null : callOf(initializer, workers === 0);
  return { workers, worker, initializer: call, maxTasksPerWorker, concurrency, retries };
}

function checkOptions(options: PoolOptions): void {
  const doing = "create Pool";
  if (options.system !== undefined && !(options.system instanceof ActorSystem)) {
    throw new TypeError(`Cannot ${doing}: system must be an ActorSystem`);
  }
  checkCount(doing, "workers", options.workers, 0);
  checkCount(doing, "size", options.size, 0);
  if (options.size !== undefined && options.workers !== undefined) {
    throw new TypeError(`Cannot ${doing}: size is workers by its former name; leave it out`);
  }
  checkCount(doing, "concurrency", options.concurrency, 1);
  checkCount(doing, "retries", options.retries, 0);
  if (options.maxTasksPerWorker !== Infinity) {
    checkCount(doing, "maxTasksPerWorker", options.maxTasksPerWorker, 1);
  }
  checkWord(doing, "worker", options.worker, WORKER_KINDS);
}

/**
 * The initializer as it is now.
 *
 * @throws {TypeError} when it is not a task and its arguments, or one of them cannot cross to a worker.
 */
function callOf(initializer: unknown, isLocal: boolean): TaskCall {
  if (!Array.isArray(initializer) || !isTask(initializer[0])) {
    throw new TypeError("Cannot create Pool: initializer must be [task, ...args]");
  }
  const [task, ...args] = initializer;
  const call = [(task as DefinedTask<unknown[], unknown>).placed(), ...args];
  const [copy] = copyHere([call], "message", "initializer");
  if (!isLocal) draftOf([copy], OVER_LINK, "message", "initializer");
  return copy as unknown as TaskCall;
}
