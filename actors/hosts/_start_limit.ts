import type { Clock, Timer } from "../../channels/thread/clock.ts";

// Whoever waits for something there gives up first, and says what has not started: the thread is no news to them.
const GRACE_MS = 1_000;
// The start of a thread can keep this one busy for longer than that: then their limits begin to count only afterwards.
const LAST_MS = 50;

/** How long a worker may take until it is ready; whoever wants something of it may give it more time. */
export class StartLimit {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #onLate: (ms: number) => void;
  #ms = -1;
  #timer: Timer | null = null;
  #isOver = false;

  /** @param onLate Called some time after it should have been ready: within so many milliseconds. */
  constructor(clock: Clock, ms: number, onLate: (ms: number) => void) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#onLate = onLate;
    this.atLeast(ms);
  }

  get ms(): number {
    return this.#ms;
  }

  /** Gives it so many milliseconds from its start, if that is more than it has. */
  atLeast(ms: number): void {
    if (ms <= this.#ms) return;
    this.#ms = ms;
    if (this.#isOver) return;
    this.#timer?.cancel();
    const left = ms + GRACE_MS - (this.#clock.now() - this.#startedAt);
    this.#timer = this.#clock.setTimer(() => {
      this.#timer = this.#clock.setTimer(() => this.#onLate(ms), LAST_MS);
    }, Math.max(0, left));
  }

  /** It is ready, or has ended. */
  cancel(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}
