import { ByteList } from "./byte_list.ts";
import { UintList } from "./uint_list.ts";

const EMPTY_SLOTS = 1 << 12;

/**
 * Numbers terms from 0 in the order they are first seen.
 *
 * A hash table over UTF-8 bytes, with open addressing. Terms never become strings: making one
 * for every word of every file is what a `Map<string, number>` would spend most of its time on.
 * As nothing is a property name, `__proto__` is a term like any other.
 */
export class TermTable {
  #bytes = new ByteList(1 << 16);
  #ends = new UintList();
  #hashes = new UintList();
  /** A term's number plus one; 0 is free. The length is a power of two. */
  #slots = new Uint32Array(EMPTY_SLOTS);

  /** Terms held now. */
  get size(): number {
    return this.#ends.length;
  }

  /** Bytes allocated, room to grow included. */
  get byteLength(): number {
    return this.#bytes.byteLength + this.#ends.byteLength + this.#hashes.byteLength +
      this.#slots.byteLength;
  }

  /** The number of the term in `source` from `start` to `end`, a new one if it has none. */
  intern(source: Uint8Array, start: number, end: number, hash: number): number {
    const slot = this.#slotOf(source, start, end, hash);
    const held = this.#slots[slot]!;
    if (held !== 0) return held - 1;
    this.#bytes.append(source, start, end);
    this.#hashes.push(hash);
    const id = this.#ends.push(this.#bytes.length);
    this.#slots[slot] = id + 1;
    if (this.size * 2 > this.#slots.length) this.#grow();
    return id;
  }

  /** The number of a term, or -1 when it was never interned. */
  find(source: Uint8Array, start: number, end: number, hash: number): number {
    return this.#slots[this.#slotOf(source, start, end, hash)]! - 1;
  }

  /** The hash that `id` was interned with, as a signed number. */
  hashAt(id: number): number {
    return this.#hashes.at(id) | 0;
  }

  /** Adds the bytes of `id` to the end of `target`. */
  copyTerm(id: number, target: ByteList): void {
    target.append(this.#bytes.memory, this.#startOf(id), this.#ends.at(id));
  }

  /** Forgets all terms and keeps the memory. */
  clear(): void {
    this.#bytes.clear();
    this.#ends.clear();
    this.#hashes.clear();
    this.#slots.fill(0);
  }

  #startOf(id: number): number {
    return id === 0 ? 0 : this.#ends.at(id - 1);
  }

  /** The slot of this term, or the free slot where it belongs. */
  #slotOf(source: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const held = this.#slots[slot]!;
      if (held === 0 || this.#isTerm(held - 1, source, start, end, hash)) return slot;
    }
  }

  #isTerm(id: number, source: Uint8Array, start: number, end: number, hash: number): boolean {
    if (this.hashAt(id) !== hash) return false;
    const memory = this.#bytes.memory;
    let at = this.#startOf(id);
    if (this.#ends.at(id) - at !== end - start) return false;
    for (let i = start; i < end; i++) {
      if (memory[at++] !== source[i]) return false;
    }
    return true;
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = this.hashAt(id) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}
