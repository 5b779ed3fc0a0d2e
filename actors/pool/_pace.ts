import { thread } from "../../channels/thread/thread.ts";

// Answers are posted together: those of tasks that took less than this do not notice a wait for each other.
const QUICK_MS = 0.1;
// How much of a slow run is remembered after the next one.
const FADING = 0.9;

/**
 * How long a task keeps the thread of its worker busy, from experience.
 *
 * Before one that may take long, the answers to those before it have to leave, and timers and messages get their turn.
 */
export class Pace {
  /** The slowest of late, in milliseconds. */
  #slowestMs = Infinity;

  /** Whether nothing has to be done before the next run. */
  get isQuick(): boolean {
    return this.#slowestMs < QUICK_MS;
  }

  /** Lets the thread do what waits. */
  rest(): Promise<void> {
    return new Promise((resolve) => thread().platform.clock.yieldTo(resolve));
  }

  /** Calls the task, and notes for how long it kept the thread. */
  measure<A, R>(call: (arg: A) => R, arg: A): R {
    const start = thread().platform.clock.now();
    try {
      return call(arg);
    } finally {
      const ms = thread().platform.clock.now() - start;
      const before = this.#slowestMs === Infinity ? 0 : this.#slowestMs * FADING;
      this.#slowestMs = Math.max(ms, before);
    }
  }
}
