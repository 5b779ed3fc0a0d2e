import { ThreadTable } from "../words/thread_table.ts";
import { ownThread } from "../words/thread.ts";

const HELD = 1;
const GUARDS = 2;

/**
 * How often each thread holds something that several can hold: a table of holds and guards, and what else the owner
 * counts.
 *
 * A hold may be given back without its guard. So a thread with more guards than holds has one that stands for nothing:
 * the next that it releases is taken to be that one.
 */
export class Holds extends ThreadTable {
  readonly #words: Int32Array;

  /**
   * @param from Index of its first word.
   * @param counts How many counts an entry has, two at least.
   */
  constructor(words: Int32Array, from: number, counts: number, name: string) {
    super(words, from, counts, name);
    this.#words = words;
  }

  /** Holds of all threads. */
  get total(): number {
    return this.sum(HELD);
  }

  /** Holds of this thread. */
  get own(): number {
    const entry = this.find(ownThread);
    return entry === -1 ? 0 : this.#words[entry + HELD]!;
  }

  /**
   * Gives this thread one more, with a guard.
   *
   * @throws {RangeError} when too many threads are in the table.
   */
  take(doing: string): void {
    const words = this.#words;
    const entry = this.entryOfOwn(doing);
    words[entry + GUARDS]!++;
    words[entry + HELD]!++;
  }

  /** Gives back what a guard of this thread stands for. Returns whether it stood for anything. */
  giveBackGuard(): boolean {
    const words = this.#words;
    const entry = this.find(ownThread);
    if (entry === -1 || words[entry + GUARDS] === 0) return false;
    const guards = --words[entry + GUARDS]!;
    if (words[entry + HELD]! <= guards) return false;
    words[entry + HELD]!--;
    return true;
  }

  /** Gives back one hold: of this thread, else of any other. Returns whether there was one. */
  giveBackAny(): boolean {
    const words = this.#words;
    const own = this.find(ownThread);
    if (own !== -1 && words[own + HELD]! > 0) {
      words[own + HELD]!--;
      if (words[own + GUARDS]! > 0) words[own + GUARDS]!--;
      return true;
    }
    for (const entry of this.entries()) {
      if (words[entry + HELD] === 0) continue;
      words[entry + HELD]!--;
      return true;
    }
    return false;
  }

  /** Holds of a thread that has ended, or has none. */
  of(thread: number): number {
    const entry = this.find(thread);
    return entry === -1 ? 0 : this.#words[entry + HELD]!;
  }
}
