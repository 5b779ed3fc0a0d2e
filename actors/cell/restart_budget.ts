/** How many restarts are allowed within how much time: OTP's restart intensity. */
export class RestartBudget {
  readonly #maxRestarts: number;
  readonly #withinMs: number;
  /** Oldest first; those before `#start` count no more. */
  #times: number[] = [];
  #start = 0;

  constructor(maxRestarts = 3, withinMs = 5_000) {
    this.#maxRestarts = maxRestarts;
    this.#withinMs = withinMs;
  }

  /** How many restarts the window held when the last one was noted. */
  get spent(): number {
    return this.#times.length - this.#start;
  }

  /** Notes a restart at a time in milliseconds; false when it is one too many. */
  spend(now: number): boolean {
    this.#advance(now);
    if (this.#start > this.#times.length / 2) {
      this.#times = this.#times.slice(this.#start);
      this.#start = 0;
    }
    if (this.spent >= this.#maxRestarts) return false;
    this.#times.push(now);
    return true;
  }

  /** How long before a time in milliseconds the restarts were that count then, the oldest first. */
  ages(now: number): number[] {
    this.#advance(now);
    return this.#times.slice(this.#start).map((time) => now - time);
  }

  #advance(now: number): void {
    while (this.#start < this.#times.length && now - this.#times[this.#start]! >= this.#withinMs) {
      this.#start++;
    }
  }
}
