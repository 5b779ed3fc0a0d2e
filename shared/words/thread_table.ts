import { ownThread } from "./thread.ts";

/** Most threads that can use one shared thing at the same time. */
const MAX_THREADS = 128;

const THREAD = 0;

/**
 * What each thread has of something: entries of a thread's number and some counts.
 *
 * An entry whose counts are 0 is free, whatever its number: so a thread gets and gives back an entry by one store each.
 * All is done under the latch of `shared/words/latch.ts`.
 */
export class ThreadTable {
  readonly #words: Int32Array;
  readonly #used: number;
  readonly #first: number;
  readonly #entryWords: number;
  readonly #name: string;

  /**
   * @param from Index of its first word.
   * @param counts How many counts an entry has.
   */
  constructor(words: Int32Array, from: number, counts: number, name: string) {
    this.#words = words;
    this.#used = from;
    this.#first = from + 1;
    this.#entryWords = 1 + counts;
    this.#name = name;
  }

  /** Length of a table in words. */
  static words(counts: number): number {
    return 1 + MAX_THREADS * (1 + counts);
  }

  /** Index of the entry of a thread, whose counts follow; -1 when it has none. */
  find(thread: number): number {
    for (const entry of this.entries()) if (this.#words[entry] === thread) return entry;
    return -1;
  }

  /**
   * Index of the entry of this thread, a new one if it has none.
   *
   * @throws {RangeError} when all are taken.
   */
  entryOfOwn(doing: string): number {
    const found = this.find(ownThread);
    if (found !== -1) return found;
    const words = this.#words;
    for (const entry of this.entries()) {
      if (!this.#isFree(entry)) continue;
      words[entry + THREAD] = ownThread;
      return entry;
    }
    const used = words[this.#used]!;
    if (used === MAX_THREADS) {
      throw new RangeError(
        `Cannot ${doing}: ${MAX_THREADS} threads hold or want the ${this.#name}, which is the most`,
      );
    }
    const entry = this.#first + used * this.#entryWords;
    words[entry + THREAD] = ownThread;
    words[this.#used] = used + 1;
    return entry;
  }

  /** The indexes of the entries that have ever been used. */
  *entries(): Generator<number, void, void> {
    const end = this.#first + this.#words[this.#used]! * this.#entryWords;
    for (let entry = this.#first; entry < end; entry += this.#entryWords) yield entry;
  }

  /** The sum of one of the counts over all threads. */
  sum(count: number): number {
    let sum = 0;
    for (const entry of this.entries()) sum += this.#words[entry + count]!;
    return sum;
  }

  /** The threads that have something. */
  threads(): number[] {
    const threads: number[] = [];
    for (const entry of this.entries()) {
      if (!this.#isFree(entry)) threads.push(this.#words[entry + THREAD]!);
    }
    return threads;
  }

  /** Takes everything from a thread that has ended. */
  drop(thread: number): void {
    const entry = this.find(thread);
    if (entry === -1) return;
    for (let count = 1; count < this.#entryWords; count++) this.#words[entry + count] = 0;
  }

  #isFree(entry: number): boolean {
    for (let count = 1; count < this.#entryWords; count++) {
      if (this.#words[entry + count] !== 0) return false;
    }
    return true;
  }
}
