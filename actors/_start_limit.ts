import type { Clock, Timer } from "../channels/internal.ts";

/** How long a worker may take until it is ready; whoever wants something of it may give it more time. */
export class StartLimit {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #onLate: (ms: number) => void;
  #ms = -1;
  #timer: Timer | null = null;
  #isOver = false;

  /** @param onLate Called when it is not ready in time: within so many milliseconds. */
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
    const left = ms - (this.#clock.now() - this.#startedAt);
    this.#timer = this.#clock.setTimer(() => this.#onLate(ms), Math.max(0, left));
  }

  /** It is ready, or has ended. */
  cancel(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}
