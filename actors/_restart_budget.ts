/** How many restarts are allowed within how much time: OTP's restart intensity. */
export class RestartBudget {
  readonly #maxRestarts: number;
  readonly #withinMs: number;
  #times: number[] = [];

  constructor(maxRestarts = 3, withinMs = 5_000) {
    this.#maxRestarts = maxRestarts;
    this.#withinMs = withinMs;
  }

  /** How many restarts the window held when the last one was noted. */
  get spent(): number {
    return this.#times.length;
  }

  /** Notes a restart at a time in milliseconds; false when it is one too many. */
  spend(now: number): boolean {
    this.#times = this.#times.filter((time) => now - time < this.#withinMs);
    if (this.#times.length >= this.#maxRestarts) return false;
    this.#times.push(now);
    return true;
  }
}
