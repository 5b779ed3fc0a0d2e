const CAPACITY = 60;

/** How long the last queries took, in milliseconds. */
export class RecentTimes {
  #times: number[] = [];

  /** The last 60, the newest last. */
  get all(): readonly number[] {
    return this.#times;
  }

  /** Notes one more. */
  add(ms: number): void {
    this.#times.push(ms);
    if (this.#times.length > CAPACITY) this.#times.shift();
  }
}
