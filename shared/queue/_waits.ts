import { HEAD, NOT_NOW, RECEIVERS, type Ring, RING_CLOSED, SENDERS, TAIL } from "./_ring.ts";
import { EMPTY, type Received, type RingReader } from "./_reader.ts";
import type { Waiting } from "../words/waiting.ts";

/** What sends and receives have in common when they wait: the count of those that may sleep. */
abstract class RingWait implements Waiting {
  abstract readonly doing: string;
  abstract readonly missing: string;
  readonly words: Int32Array;
  readonly at: number;
  seen = 0;
  protected readonly ring: Ring;
  readonly #sleepers: number;
  #isCounted = false;

  constructor(ring: Ring, at: number, sleepers: number) {
    this.ring = ring;
    this.words = ring.words;
    this.at = at;
    this.#sleepers = sleepers;
  }

  /** Returns whether the wait is over. */
  protected abstract attempt(): boolean;

  step(): boolean {
    // Counted before it looks: who changes something after that look sees the count.
    this.#count(true);
    this.seen = Atomics.load(this.words, this.at);
    if (!this.attempt()) return false;
    this.#count(false);
    return true;
  }

  leave(): void {
    this.#count(false);
  }

  // The end of another thread changes nothing here: a later thread wakes all, and each sleep is short.
  suspects(): readonly number[] {
    return [];
  }

  bury(): void {}

  #count(isWaiting: boolean): void {
    if (this.#isCounted === isWaiting) return;
    this.#isCounted = isWaiting;
    Atomics.add(this.words, this.#sleepers, isWaiting ? 1 : -1);
  }
}

/** A send that waits for room. */
export class SendWait extends RingWait {
  readonly doing = "send to SharedQueue";
  readonly missing = "no room";
  readonly #item: Uint8Array;
  isClosed = false;

  constructor(ring: Ring, item: Uint8Array) {
    super(ring, HEAD, SENDERS);
    this.#item = item;
  }

  protected attempt(): boolean {
    const outcome = this.ring.put(this.#item, this.#item.length);
    this.isClosed = outcome === RING_CLOSED;
    return outcome !== NOT_NOW;
  }
}

/** A receive that waits for an item. */
export class ReceiveWait extends RingWait {
  readonly doing = "receive from SharedQueue";
  readonly missing = "no item";
  readonly #reader: RingReader;
  /** What came, or why nothing will. */
  received: Received = EMPTY;

  constructor(ring: Ring, reader: RingReader) {
    super(ring, TAIL, RECEIVERS);
    this.#reader = reader;
  }

  protected attempt(): boolean {
    this.received = this.#reader.next();
    return this.received.state !== "empty";
  }
}
