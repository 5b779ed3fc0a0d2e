// So often in a row a handler has to end at once before it is expected to.
const TRIALS = 1_000;

/**
 * Which handlers of a definition go on after they have returned, from experience: whether a plain function returns a
 * promise shows only when it has been called.
 */
export class Habits {
  /** How often a handler still has to end at once, by name; `Infinity` for one that once went on. */
  readonly #left = new Map<string, number>();
  /** The last one that was asked for and is expected to end at once. */
  #last: string | null = null;

  /** Whether a handler is expected to be over when it returns. */
  endsAtOnce(label: string): boolean {
    if (label === this.#last) return true;
    if (this.#left.get(label) !== 0) return false;
    this.#last = label;
    return true;
  }

  /** A handler was over when it returned. */
  ended(label: string): void {
    const left = this.#left.get(label) ?? TRIALS;
    // Not below: calls of the same handler that began before may end after this one.
    this.#left.set(label, Math.max(0, left - 1));
  }

  /** A handler has returned a promise: it may do so again at any time. */
  lasted(label: string): void {
    this.#left.set(label, Infinity);
    this.#last = null;
  }
}

/** Of handlers of which each may go on at any time, and what follows must be known to be part of its turn. */
export class NoHabits extends Habits {
  override endsAtOnce(): boolean {
    return false;
  }

  override ended(): void {}

  override lasted(): void {}
}
