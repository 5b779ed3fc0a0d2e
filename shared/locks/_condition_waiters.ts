import { ownThread } from "../words/thread.ts";

/** Most waits at the same time for one condition. */
export const MAX_WAITS = 256;

const THREAD = 0;
const TICKET = 1;
const GRANT = 2;
const SLOT_WORDS = 3;

const USED = 0;
const TICKETS = 1;
const FIRST = 2;

/** Length of the slots in words. */
export const SLOTS_WORDS: number = FIRST + MAX_WAITS * SLOT_WORDS;

/**
 * The waits for a condition in order of arrival, and which of them may go. All is done under the latch.
 *
 * | word of a slot | name   | meaning                                                                   |
 * | -------------- | ------ | ------------------------------------------------------------------------- |
 * | 0              | thread | whose wait it is; 0: the slot is free                                     |
 * | 1              | ticket | counts up: the lower has waited for longer                                |
 * | 2              | grant  | 0: it has to wait; else it may go, and this is the last ticket that was out |
 *
 * Before the slots: how many were ever used, and the last ticket that was given out.
 */
export class Slots {
  readonly #words: Int32Array;
  readonly #from: number;

  /** @param from Index of the first word. */
  constructor(words: Int32Array, from: number) {
    this.#words = words;
    this.#from = from;
  }

  /**
   * A place for a wait of this thread.
   *
   * @throws {RangeError} when there is none.
   */
  enter(doing: string): number {
    const words = this.#words;
    let slot = this.#slots().find((slot) => words[slot + THREAD] === 0);
    if (slot === undefined) {
      const used = words[this.#from + USED]!;
      if (used === MAX_WAITS) {
        throw new RangeError(`Cannot ${doing}: ${MAX_WAITS} wait already, which is the most`);
      }
      slot = this.#from + FIRST + used * SLOT_WORDS;
      words[this.#from + USED] = used + 1;
    }
    words[slot + TICKET] = words[this.#from + TICKETS] = nextTicket(words[this.#from + TICKETS]!);
    words[slot + GRANT] = 0;
    words[slot + THREAD] = ownThread;
    return slot;
  }

  isGranted(slot: number): boolean {
    return this.#words[slot + GRANT] !== 0;
  }

  /** Frees a slot. Returns whether its wait was allowed to go. */
  exit(slot: number): boolean {
    this.#words[slot + THREAD] = 0;
    return this.isGranted(slot);
  }

  /** Lets up to `count` waits go, the first come first. Returns whether there was any. */
  grant(count: number): boolean {
    return this.#grant(count, this.#words[this.#from + TICKETS]!);
  }

  /** Threads with waits that may go and have not yet. */
  threads(): number[] {
    return this.#slots().filter((slot) => this.isGranted(slot))
      .map((slot) => this.#words[slot + THREAD]!).filter((thread) => thread !== 0);
  }

  /** Frees the places of a thread that has ended; others go instead, that waited already when its were let go. */
  bury(thread: number): void {
    for (const slot of this.#slots()) {
      if (this.#words[slot + THREAD] !== thread) continue;
      const granted = this.#words[slot + GRANT]!;
      // First: should this thread end in between, somebody else does it again.
      if (granted !== 0) this.#grant(1, granted);
      this.exit(slot);
    }
  }

  #grant(count: number, lastTicket: number): boolean {
    const words = this.#words;
    const waiting = this.#slots().filter((slot) =>
      words[slot + THREAD] !== 0 && words[slot + GRANT] === 0 &&
      isUpTo(words[slot + TICKET]!, lastTicket)
    );
    waiting.sort((a, b) => words[a + TICKET]! - words[b + TICKET]! | 0);
    for (const slot of waiting.slice(0, count)) words[slot + GRANT] = lastTicket;
    return waiting.length > 0;
  }

  #slots(): number[] {
    const used = this.#words[this.#from + USED]!;
    return Array.from({ length: used }, (_, slot) => this.#from + FIRST + slot * SLOT_WORDS);
  }
}

/** Wraps, and is never 0. */
function nextTicket(ticket: number): number {
  return ticket + 1 | 0 || 1;
}

function isUpTo(ticket: number, last: number): boolean {
  return (ticket - last | 0) <= 0;
}
