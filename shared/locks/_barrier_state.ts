import { AFTER_LATCH } from "../words/latch.ts";
import { ownThread } from "../words/thread.ts";

const GENERATION = AFTER_LATCH;
const PARTIES = AFTER_LATCH + 1;
const BROKEN = AFTER_LATCH + 2;
const OUTCOME = AFTER_LATCH + 3;
const USED = AFTER_LATCH + 4;
const SLOTS = AFTER_LATCH + 5;

const THREAD = 0;
const AT = 1;
const RESULT = 2;
const SLOT_WORDS = 3;

/** Most parties of a barrier. */
export const MAX_PARTIES = 256;
// Parties of the generation before may not have left yet.
const MAX_SLOTS = 2 * MAX_PARTIES;

/** Length of a barrier in words. */
export const BARRIER_WORDS: number = SLOTS + MAX_SLOTS * SLOT_WORDS;

/** How a wait at a barrier stands. */
export type Result = typeof WAITING | typeof PASSED | typeof BROKE;
/** Not all parties are here, or the action has not ended. */
export const WAITING = 0;
/** All parties were here. */
export const PASSED = 1;
/** Not all will come. */
export const BROKE = 2;

/** What {@linkcode BarrierState.enter} gives while the action of those who came before has not ended. */
export const NOT_YET = -1;

/**
 * The state of a barrier; all is done under its latch. The layout is in the comment of `Barrier`.
 *
 * A generation ends by one store, of its number; its outcome is stored before. What that means for each slot is written
 * by the same thread or, should it end in between, by whoever looks next.
 */
export class BarrierState {
  readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  /** Sets up new memory. */
  begin(parties: number): void {
    this.words[PARTIES] = parties;
  }

  get parties(): number {
    return this.words[PARTIES]!;
  }

  get isBroken(): boolean {
    return this.words[BROKEN] === 1;
  }

  /** How many have come and wait for the others. */
  get waiting(): number {
    return this.#waiting().length;
  }

  /**
   * One more comes. Gives its slot, or {@linkcode NOT_YET}.
   *
   * @throws {RangeError} when there is no slot.
   */
  enter(doing: string): number {
    const { words } = this;
    this.#finishHalfDone();
    if (this.waiting === this.parties) return NOT_YET;
    let slot = this.#slots().find((slot) => words[slot + THREAD] === 0);
    if (slot === undefined) {
      const used = words[USED]!;
      if (used === MAX_SLOTS) {
        throw new RangeError(`Cannot ${doing}: ${MAX_SLOTS} parties have not left it yet`);
      }
      slot = SLOTS + used * SLOT_WORDS;
      words[USED] = used + 1;
    }
    words[slot + AT] = words[GENERATION]!;
    words[slot + RESULT] = WAITING;
    words[slot + THREAD] = ownThread;
    return slot;
  }

  resultOf(slot: number): Result {
    this.#finishHalfDone();
    return this.words[slot + RESULT] as Result;
  }

  exit(slot: number): void {
    this.words[slot + THREAD] = 0;
  }

  /** All who wait go on. */
  pass(): void {
    this.#end(PASSED);
  }

  /** All who wait, and who come, get an error until the next {@linkcode BarrierState.reset}. */
  break(): void {
    this.words[BROKEN] = 1;
    this.#end(BROKE);
  }

  /** All who wait get an error; who comes then waits for the others. */
  reset(): void {
    this.#end(BROKE);
    this.words[BROKEN] = 0;
  }

  /** Threads that wait, or run the action. */
  threads(): number[] {
    return this.#waiting().map((slot) => this.words[slot + THREAD]!);
  }

  /** A thread has ended; if it waited, the others will not be complete. */
  bury(thread: number): void {
    const { words } = this;
    this.#finishHalfDone();
    if (this.threads().includes(thread)) this.break();
    for (const slot of this.#slots()) if (words[slot + THREAD] === thread) this.exit(slot);
  }

  #end(outcome: Result): void {
    const { words } = this;
    if (this.waiting === 0) return;
    words[OUTCOME] = outcome;
    words[GENERATION] = words[GENERATION]! + 1 | 0;
    this.#finishHalfDone();
  }

  /** Finishes what an ended thread may have left half done. */
  #finishHalfDone(): void {
    const { words } = this;
    if (this.isBroken && this.waiting > 0) this.#end(BROKE);
    for (const slot of this.#slots()) {
      const isLeft = words[slot + RESULT] === WAITING && words[slot + AT] !== words[GENERATION];
      if (isLeft) words[slot + RESULT] = words[OUTCOME]!;
    }
  }

  #waiting(): number[] {
    const { words } = this;
    return this.#slots().filter((slot) =>
      words[slot + THREAD] !== 0 && words[slot + AT] === words[GENERATION] &&
      words[slot + RESULT] === WAITING
    );
  }

  #slots(): number[] {
    return Array.from({ length: this.words[USED]! }, (_, index) => SLOTS + index * SLOT_WORDS);
  }
}
