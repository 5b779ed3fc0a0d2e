/** The handles that one thread has sent. */
interface Sent {
  /** Number of the latest one that the manager knows. */
  latest: number;
  /** Those on their way. */
  readonly open: Set<number>;
  /** Those that have arrived before the message that they had left. */
  readonly early: Set<number>;
}

/**
 * Which handles are on their way. Each has a number of its own, because the same message may arrive twice: a pool runs
 * a task again, a queue delivers again what the thread that ended had not confirmed.
 *
 * That a handle has left and that it has arrived come by different ways, in any order; but what one thread has sent
 * is told in order. So a number above the latest is early, and any other one that is not on its way came before.
 */
export class Transit {
  readonly #threads = new Map<number, Sent>();

  /** A handle has left a thread. Returns whether it is on its way now. */
  left(thread: number, number: number): boolean {
    const sent = this.#sentBy(thread);
    sent.latest = number;
    if (sent.early.delete(number)) return false;
    sent.open.add(number);
    return true;
  }

  /** A handle has arrived. Returns whether it was on its way. */
  arrived(thread: number, number: number): boolean {
    const { latest, open, early } = this.#sentBy(thread);
    if (number > latest) early.add(number);
    return open.delete(number);
  }

  #sentBy(thread: number): Sent {
    let sent = this.#threads.get(thread);
    if (sent === undefined) {
      this.#threads.set(thread, sent = { latest: 0, open: new Set(), early: new Set() });
    }
    return sent;
  }
}
