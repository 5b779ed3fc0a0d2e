import { Holds } from "./_holds.ts";
import { AFTER_LATCH, tellChange } from "../words/latch.ts";
import { ThreadTable } from "../words/thread_table.ts";
import { ownThread } from "../words/thread.ts";

const WRITER = AFTER_LATCH;
const HOLD = AFTER_LATCH + 1;
const ABANDONED = AFTER_LATCH + 2;
const READERS_FIRST = AFTER_LATCH + 3;
const HOLDS = AFTER_LATCH + 4;

/** Count of an entry, after those of {@linkcode Holds}: waits for the write lock. */
const WANTS = 3;
const COUNTS = 3;

/** Length of a read-write lock in words. */
export const RW_WORDS: number = HOLDS + ThreadTable.words(COUNTS);

let latestHold = 0;

/** The state of a read-write lock; all is done under its latch. The layout is in the comment of `RwLock`. */
export class RwState {
  readonly words: Int32Array;
  readonly #readers: Holds;

  constructor(words: Int32Array) {
    this.words = words;
    this.#readers = new Holds(words, HOLDS, COUNTS, "RwLock");
  }

  get writer(): number {
    return this.words[WRITER]!;
  }

  /** Whether this thread reads. */
  get readsHere(): boolean {
    return this.#readers.own > 0;
  }

  get isAbandoned(): boolean {
    return this.words[ABANDONED] === 1;
  }

  /** @param overtakes Whether it may go before writers that wait. */
  tryRead(doing: string, overtakes: boolean, hasSlept: boolean): boolean {
    if (this.writer !== 0) return false;
    const isItsTurn = overtakes || hasSlept && this.words[READERS_FIRST] === 1;
    if (!isItsTurn && this.#readers.sum(WANTS) > 0) return false;
    this.#readers.take(doing);
    return true;
  }

  /** Gives the number of the hold, or 0. */
  tryWrite(hasSlept: boolean): number {
    if (this.writer !== 0 || this.#readers.total > 0) return 0;
    if (this.words[READERS_FIRST] === 1 && !hasSlept) return 0;
    latestHold = (latestHold + 1 | 0) || 1;
    this.words[READERS_FIRST] = 0;
    this.words[HOLD] = latestHold;
    this.words[WRITER] = ownThread;
    return latestHold;
  }

  /** A writer of this thread begins to wait, or ends. */
  want(doing: string, change: 1 | -1): void {
    const entry = change === 1 ? this.#readers.entryOfOwn(doing) : this.#readers.find(ownThread);
    if (entry !== -1) this.words[entry + WANTS]! += change;
  }

  /** A reader has waited too long: readers that have slept go before the writers that wait. */
  putReadersFirst(): void {
    this.words[READERS_FIRST] = 1;
  }

  /** Returns whether that hold was there. */
  endWrite(hold: number): boolean {
    if (this.writer !== ownThread || this.words[HOLD] !== hold) return false;
    this.words[WRITER] = 0;
    return true;
  }

  /** Clears what the owner before has left. */
  takeAbandoned(): boolean {
    const { isAbandoned } = this;
    this.words[ABANDONED] = 0;
    return isAbandoned;
  }

  endRead(): boolean {
    return this.#readers.giveBackGuard();
  }

  /** Returns whether any thread held it. */
  endAny(): boolean {
    if (this.writer === 0) return this.#readers.giveBackAny();
    this.words[WRITER] = 0;
    return true;
  }

  bury(thread: number): void {
    this.#readers.drop(thread);
    if (this.writer !== thread) return;
    this.words[ABANDONED] = 1;
    this.words[WRITER] = 0;
  }

  threads(): number[] {
    return [this.writer, ...this.#readers.threads()];
  }

  tellChange(): void {
    tellChange(this.words);
  }
}
