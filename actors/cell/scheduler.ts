import type { Clock } from "../../channels/thread/clock.ts";

/** Something that has turns to take. */
export interface Runnable {
  /** The next one in the queue; belongs to the scheduler. */
  nextRunnable: Runnable | null;
  /** Takes turns, at most `turns`; returns how many it took. Schedules itself again when work is left. */
  takeTurns(turns: number): number;
}

// A busy actor gives way to the others after so many turns.
const TURNS_EACH = 64;
// How long turns may keep timers and I/O waiting.
const SLICE_MS = 8;
// Looking at the clock costs about as much as a short turn: so often is enough, and at most so many turns apart.
const LOOK_MS = 0.5;
const MAX_TURNS_PER_LOOK = 256;

/** The run queue of one thread: who has work gets turns, in order of arrival. */
export class Scheduler {
  readonly #clock: Clock;
  #head: Runnable | null = null;
  #tail: Runnable | null = null;
  #scheduled = false;
  #turns = 0;
  #turnsPerLook = 1;
  #lastLook = 0;
  #sliceStart = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Queues a runnable that is not queued. */
  enqueue(runnable: Runnable): void {
    if (this.#tail === null) this.#head = runnable;
    else this.#tail.nextRunnable = runnable;
    this.#tail = runnable;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(this.#drain);
  }

  readonly #drain = (): void => {
    for (let runnable = this.#head; runnable !== null; runnable = this.#head) {
      if (this.#isSliceOver()) return this.#clock.yieldTo(this.#resume);
      this.#head = runnable.nextRunnable;
      if (this.#head === null) this.#tail = null;
      runnable.nextRunnable = null;
      this.#turns += runnable.takeTurns(TURNS_EACH);
    }
    this.#scheduled = false;
  };

  readonly #resume = (): void => {
    this.#sliceStart = this.#lastLook = this.#clock.now();
    this.#turns = 0;
    this.#clock.soon(this.#drain);
  };

  /**
   * Counts over all drains, because short ones can follow each other within one microtask run. After a pause it
   * may yield without need, once.
   */
  #isSliceOver(): boolean {
    if (this.#turns < this.#turnsPerLook) return false;
    const now = this.#clock.now();
    const turnMs = (now - this.#lastLook) / this.#turns;
    this.#turnsPerLook = Math.max(1, Math.min(MAX_TURNS_PER_LOOK, Math.floor(LOOK_MS / turnMs)));
    this.#turns = 0;
    this.#lastLook = now;
    return now - this.#sliceStart > SLICE_MS;
  }
}
