import type { ReceiveResult } from "../../channels/queue/queue.ts";
import { Scratch } from "../../channels/message/bytes.ts";
import { CHANGED, NOT_NOW, ordinalOf, type Ring, RING_CLOSED } from "./_ring.ts";
import { decodeItem, decodePlain } from "./_item.ts";

/** What an attempt to receive gives. */
export type Received =
  | ReceiveResult<unknown>
  | { readonly state: "broken"; readonly error: unknown };

/** There is no item now. */
export const EMPTY: Received = { state: "empty" };
const ENDED: Received = { state: "closed" };

const incoming = new Scratch();

// Decoding this many at a time costs about half as much as one by one; more gains nothing.
const MOST_AHEAD = 64;

/**
 * Takes items from a ring. Plain ones are decoded some at a time, ahead, but taken one by one: those that another
 * receiver takes meanwhile are skipped here.
 */
export class RingReader {
  readonly #ring: Ring;
  /** Values of items in their order, decoded and perhaps still there. */
  #ahead: unknown[] = [];
  /** Number of the first of them. */
  #first = 0;
  /** How many to decode at a time: fewer when others take them. */
  #most = 1;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** Takes the next item, if there is one. */
  next(): Received {
    for (;;) {
      const head = this.#ring.head;
      const at = ordinalOf(head - this.#first);
      if (at < this.#ahead.length) {
        if (!this.#ring.take(head)) continue;
        return { state: "ok", value: this.#ahead[at] };
      }
      this.#most = at === this.#ahead.length ? Math.min(2 * this.#most, MOST_AHEAD) : 1;
      const outcome = this.#look(head);
      if (outcome !== null) return outcome;
    }
  }

  /** Looks at what is there; `null` when there is something to take now. */
  #look(head: number): Received | null {
    this.#ahead = [];
    const count = this.#ring.peek(head, this.#most, incoming);
    if (count === NOT_NOW) return EMPTY;
    if (count === RING_CLOSED) return ENDED;
    if (count === CHANGED) return null;
    const values = decodePlain(incoming);
    if (values !== null) {
      this.#ahead = values;
      this.#first = ordinalOf(head);
      return null;
    }
    return this.#takeMarked(head);
  }

  /** Takes an item whose decoding can run code: only the reader that got the item decodes it. */
  #takeMarked(head: number): Received | null {
    if (!this.#ring.take(head)) return null;
    try {
      return { state: "ok", value: decodeItem(incoming) };
    } catch (error) {
      return { state: "broken", error };
    }
  }
}
