import type { Scratch } from "../../channels/message/bytes.ts";
import { latched } from "../words/latch.ts";

/**
 * Items of different lengths in a ring of bytes, for many senders and many receivers.
 *
 * | where              | name      | meaning                                                              |
 * | ------------------ | --------- | -------------------------------------------------------------------- |
 * | word 0             |           | the senders' latch, see `shared/words/latch.ts`: guards TAIL, table and bytes    |
 * | word 1, bits 0-30  | TAIL      | items sent so far; bit 31: closed. Receivers sleep on it             |
 * | word 2, bits 0-30  | HEAD      | items taken so far; bit 31: closed. Senders sleep on it              |
 * | word 3             | RECEIVERS | how many may sleep, at least                                         |
 * | word 4             | SENDERS   | how many may sleep, at least                                         |
 * | `entries` words    | table     | where the item of each number begins, by the number modulo `entries` |
 * | `byteLength` bytes | ring      | the items, one after the other, each around the end if need be       |
 *
 * An item exists from the one store of TAIL on. Receivers have no lock: each copies the oldest item and then moves HEAD
 * on, if it is still where it was. If it is, nobody has written to those bytes meanwhile, for senders only write to
 * what is before HEAD; if it is not, the copy is worthless and the receiver begins again. So a thread that ends in the
 * middle has sent nothing, or taken nothing, and there is nothing to repair. Zeroed memory is an empty ring.
 *
 * Places count to twice the length of the ring, so that full differs from empty. The order of memory is that of
 * `Atomics`: bytes and table are written before TAIL is stored, and read before HEAD is exchanged.
 *
 * Sources: the queue with two locks of M. Michael and M. Scott, "Simple, Fast, and Practical Non-Blocking and Blocking
 * Concurrent Queue Algorithms", for independent ends; the bounded queue of D. Vyukov for numbers that only go up.
 * `tests/shared/shared_queue_model_test.ts` checks a small model of it.
 */
export class Ring {
  /** The words; waits sleep on {@linkcode TAIL} and {@linkcode HEAD}. */
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #table: Uint32Array<SharedArrayBuffer>;
  readonly #mask: number;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #capacity: number;

  constructor(buffer: SharedArrayBuffer, capacity: number, byteLength: number) {
    const entries = entriesFor(capacity);
    this.words = new Int32Array(buffer, 0, TABLE);
    this.#table = new Uint32Array(buffer, 4 * TABLE, entries);
    this.#mask = entries - 1;
    this.#bytes = new Uint8Array(buffer, 4 * (TABLE + entries), byteLength);
    this.#capacity = capacity;
  }

  /** How many items there are. */
  get size(): number {
    // In this order it is never negative, but items that came between count.
    const head = Atomics.load(this.words, HEAD);
    return Math.min(Atomics.load(this.words, TAIL) - head & ORDINAL, this.#capacity);
  }

  get isClosed(): boolean {
    return Atomics.load(this.words, TAIL) < 0;
  }

  /** Whether there is something for a receiver: an item, or that there will be none. */
  get isReady(): boolean {
    const tail = Atomics.load(this.words, TAIL);
    return tail < 0 || tail !== Atomics.load(this.words, HEAD);
  }

  /** Adds an item: the first `length` bytes, at least one. */
  put(item: Uint8Array, length: number): typeof DONE | typeof NOT_NOW | typeof RING_CLOSED {
    const { words } = this;
    const outcome = latched(words, () => this.#put(item, length));
    if (outcome === DONE && Atomics.load(words, RECEIVERS) > 0) Atomics.notify(words, TAIL);
    return outcome;
  }

  #put(item: Uint8Array, length: number): typeof DONE | typeof NOT_NOW | typeof RING_CLOSED {
    const { words } = this;
    const tail = Atomics.load(words, TAIL);
    if (tail < 0) return RING_CLOSED;
    const head = Atomics.load(words, HEAD);
    if ((tail - head & ORDINAL) >= this.#capacity) return NOT_NOW;
    const begin = this.#table[tail & this.#mask]!;
    const room = this.#bytes.length - this.#distance(this.#table[head & this.#mask]!, begin);
    if (room < length) return NOT_NOW;
    this.#write(item, length, begin);
    this.#table[tail + 1 & this.#mask] = this.#moved(begin, length);
    Atomics.store(words, TAIL, tail + 1 & ORDINAL);
    return DONE;
  }

  /** What HEAD is: the number of the oldest item by {@linkcode ordinalOf}, if there is one. */
  get head(): number {
    return Atomics.load(this.words, HEAD);
  }

  /**
   * Copies the item at HEAD, and with it those after it that are plain as it is, without taking them: their bytes
   * follow each other. Gives how many, or why there is none; `into.length` is the number of bytes.
   */
  peek(head: number, most: number, into: Scratch): number {
    const { words } = this;
    const tail = Atomics.load(words, TAIL);
    const there = Math.min(tail - head & ORDINAL, most);
    if (there === 0) return tail < 0 ? RING_CLOSED : NOT_NOW;
    const begin = this.#place(head);
    const kind = this.#byte(begin);
    let end = this.#place(head + 1);
    let count = 1;
    for (; count < there && kind === PLAIN && this.#byte(end) === PLAIN; count++) {
      const next = this.#place(head + count + 1);
      if (this.#distance(begin, next) > AHEAD_BYTES) break;
      end = next;
    }
    into.length = this.#distance(begin, end);
    if (into.length > this.#bytes.length) return CHANGED;
    into.reserve(into.length);
    this.#read(into.bytes, into.length, begin);
    // Not a load: what was read before must not be read after it.
    return Atomics.compareExchange(words, HEAD, head, head) === head ? count : CHANGED;
  }

  /** Takes the item at HEAD. Returns whether it was still there. */
  take(head: number): boolean {
    const { words } = this;
    const next = head + 1 & ORDINAL | head & CLOSED_BIT;
    if (Atomics.compareExchange(words, HEAD, head, next) !== head) return false;
    if (Atomics.load(words, SENDERS) > 0) Atomics.notify(words, HEAD);
    return true;
  }

  /** Closes the ring to new items; with `discard` drops those that it holds. */
  close(discard: boolean): void {
    const { words } = this;
    latched(words, () => Atomics.or(words, TAIL, CLOSED_BIT));
    // Waits that sleep on it must find it changed.
    Atomics.or(words, HEAD, CLOSED_BIT);
    // TAIL does not change any more.
    if (discard) Atomics.store(words, HEAD, Atomics.load(words, TAIL));
    Atomics.notify(words, TAIL);
    Atomics.notify(words, HEAD);
  }

  #place(ordinal: number): number {
    return this.#table[ordinal & this.#mask]!;
  }

  #byte(place: number): number {
    return this.#bytes[place < this.#bytes.length ? place : place - this.#bytes.length]!;
  }

  #distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + 2 * this.#bytes.length;
  }

  #moved(place: number, by: number): number {
    const sum = place + by;
    return sum < 2 * this.#bytes.length ? sum : sum - 2 * this.#bytes.length;
  }

  #write(item: Uint8Array, length: number, place: number): void {
    const bytes = this.#bytes;
    const at = place < bytes.length ? place : place - bytes.length;
    const first = Math.min(length, bytes.length - at);
    copyBytes(item, 0, bytes, at, first);
    if (first < length) copyBytes(item, first, bytes, 0, length - first);
  }

  #read(into: Uint8Array, length: number, place: number): void {
    const bytes = this.#bytes;
    const at = place < bytes.length ? place : place - bytes.length;
    const first = Math.min(length, bytes.length - at);
    copyBytes(bytes, at, into, 0, first);
    if (first < length) copyBytes(bytes, 0, into, first, length - first);
  }
}

/** First byte of an item that is plain. */
export const PLAIN = ",".charCodeAt(0);

/** It was done. */
export const DONE = 0;
/** Full, or empty. */
export const NOT_NOW = -1;
/** Closed; for a receiver also empty. */
export const RING_CLOSED = -2;
/** Another thread was faster. */
export const CHANGED = -3;

/** Index of the word that changes when an item comes. */
export const TAIL = 1;
/** Index of the word that changes when there is more room. */
export const HEAD = 2;
/** Index of the count of waits that can sleep on {@linkcode TAIL}. A thread that ends in its sleep stays counted. */
export const RECEIVERS = 3;
/** The same for {@linkcode HEAD}. */
export const SENDERS = 4;
const TABLE = 5;

/** Bytes that are copied ahead at most, beside the first item. */
const AHEAD_BYTES = 64 * 1024;

const ORDINAL = 0x7fff_ffff;
const CLOSED_BIT = 1 << 31;

/** Bytes of the memory of a ring. */
export function ringBytes(capacity: number, byteLength: number): number {
  return 4 * (TABLE + entriesFor(capacity)) + byteLength;
}

/** A power of 2, so that numbers may wrap around; one more than items, for where the next one begins. */
function entriesFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity + 1));
}

/** The number of an item, from the value of HEAD. */
export function ordinalOf(head: number): number {
  return head & ORDINAL;
}

// Below this a loop is faster than making the view that `set` needs.
const FEW_BYTES = 48;

function copyBytes(
  from: Uint8Array,
  fromAt: number,
  to: Uint8Array,
  toAt: number,
  length: number,
): void {
  if (length > FEW_BYTES) return to.set(from.subarray(fromAt, fromAt + length), toAt);
  for (let index = 0; index < length; index++) to[toAt + index] = from[fromAt + index]!;
}
