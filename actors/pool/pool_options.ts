import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import type { ActorSystem } from "../system/actor_system.ts";
import type { WorkerKind } from "../vocabulary/options.ts";
import type { AnyTask, TaskCall } from "../vocabulary/definition.ts";

/**
 * Options of {@linkcode Pool}.
 *
 * @typeParam F The task of the initializer.
 */
export interface PoolOptions<F extends AnyTask = AnyTask> {
  /**
   * The system that its workers belong to.
   *
   * @default inside an actor that one's, else one for all in this thread that are given none
   */
  system?: ActorSystem | undefined;
  /**
   * Most workers, which are the pool's own and start when there is work for them; 0 runs everything on this thread.
   *
   * @default {navigator.hardwareConcurrency}
   */
  workers?: number | undefined;
  /**
   * Most workers, by the former name.
   *
   * @deprecated Use `workers`.
   */
  size?: number | undefined;
  /**
   * Kind of the workers. A task in a loop without end can only be ended in a `"thread"`.
   *
   * @default the system's
   */
  worker?: WorkerKind | undefined;
  /**
   * A task and its arguments, run once in each worker before anything else. It may take its time. When it fails, or
   * ends its thread, the pool is broken: what was submitted rejects with its error, and so does what comes later.
   */
  initializer?: TaskCall<F> | undefined;
  /**
   * A worker that was given so many items is replaced by a new one.
   *
   * @default {Infinity}
   */
  maxTasksPerWorker?: number | undefined;
  /**
   * Most tasks in work at the same time in one worker; more than one only makes sense for async tasks.
   *
   * @default {1}
   */
  concurrency?: number | undefined;
  /**
   * How often a task that had begun is run again when its worker was lost. A task that moves something that cannot be
   * copied, such as a channel, is not run again.
   *
   * @default {0}
   */
  retries?: number | undefined;
}

/** Options of {@linkcode Pool.map} and {@linkcode Pool.starmap}. The time is for all items together. */
export interface MapOptions extends WaitOptions {
  /**
   * How many items go to a worker together.
   *
   * @default a quarter of each worker's share
   */
  chunkSize?: number | undefined;
  /**
   * Called when a chunk is done: with how many items have been done, and how many there are; at last with all. A
   * progress bar for the terminal is in `examples/word_count`.
   */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Options of {@linkcode Pool.imap} and {@linkcode Pool.imapUnordered}. The time is for each item. */
export interface ImapOptions extends WaitOptions {
  /**
   * How many items go to a worker together. None goes before so many were drawn.
   *
   * @default {1}
   */
  chunkSize?: number | undefined;
  /**
   * Most items that are drawn from the source and whose results have not been taken yet. Where it is less than
   * `chunkSize`, that is the size of the chunks.
   *
   * @default eight chunks for each worker
   */
  lookAhead?: number | undefined;
}
