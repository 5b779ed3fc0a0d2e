import { Holds } from "./_holds.ts";
import { AFTER_LATCH, tellChange } from "../words/latch.ts";
import { ThreadTable } from "../words/thread_table.ts";

const TOTAL = AFTER_LATCH;
const BOUNDED = AFTER_LATCH + 1;
const ABANDONED = AFTER_LATCH + 2;
const URGENT = AFTER_LATCH + 3;
const HOLDS = AFTER_LATCH + 4;
const COUNTS = 2;

/** Length of a semaphore in words. */
export const SEMAPHORE_WORDS: number = HOLDS + ThreadTable.words(COUNTS);
/** Most permits a semaphore can have. */
export const MOST_PERMITS: number = 2 ** 31 - 1;

/** The state of a semaphore; all is done under its latch. The layout is in the comment of `Semaphore`. */
export class PermitCount {
  readonly words: Int32Array;
  readonly #holds: Holds;

  constructor(words: Int32Array) {
    this.words = words;
    this.#holds = new Holds(words, HOLDS, COUNTS, "Semaphore");
  }

  /** Sets up new memory. */
  begin(permits: number, isBounded: boolean): void {
    this.words[TOTAL] = permits;
    this.words[BOUNDED] = isBounded ? 1 : 0;
  }

  get available(): number {
    return this.words[TOTAL]! - this.#holds.total;
  }

  /** Whether only this thread could give back a permit, and none is free. */
  get areAllHere(): boolean {
    const { own } = this.#holds;
    return this.words[BOUNDED] === 1 && own > 0 && own === this.words[TOTAL];
  }

  /** Whether somebody has waited for too long. */
  get isUrgent(): boolean {
    return this.words[URGENT] !== 0;
  }

  setUrgent(): void {
    this.words[URGENT] = 1;
  }

  /** Lets newcomers take what is left. */
  clearUrgent(): void {
    if (!this.isUrgent) return;
    this.words[URGENT] = 0;
    tellChange(this.words);
  }

  /** Gives this thread one of the free permits. Returns whether it comes from a thread that has ended. */
  take(doing: string): boolean {
    this.#holds.take(doing);
    if (this.words[ABANDONED] === 0) return false;
    this.words[ABANDONED]!--;
    return true;
  }

  /** Gives back the permit of a guard. Returns whether it still had one. */
  giveBackGuard(): boolean {
    return this.#holds.giveBackGuard();
  }

  /** @throws {RangeError} when nobody has a permit and there can be no more. */
  giveBackAny(): void {
    if (this.#holds.giveBackAny()) return;
    const total = this.words[TOTAL]!;
    if (this.words[BOUNDED] === 1) {
      throw new RangeError(`Cannot release Semaphore: all of its ${total} permits are free`);
    }
    if (total === MOST_PERMITS) {
      throw new RangeError(`Cannot release Semaphore: it has ${total} permits, which is the most`);
    }
    this.words[TOTAL] = total + 1;
  }

  /** Takes back the permits of a thread that has ended. */
  bury(thread: number): void {
    // First: should this thread end in between, too many are called abandoned, which harms nobody.
    this.words[ABANDONED]! += this.#holds.of(thread);
    this.#holds.drop(thread);
  }

  threads(): number[] {
    return this.#holds.threads();
  }
}
