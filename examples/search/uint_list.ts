/**
 * A list of unsigned 32-bit numbers that grows by doubling.
 *
 * Holds millions of numbers in one block of memory, where an array of objects would cost the
 * garbage collector a visit each.
 */
export class UintList {
  #values: Uint32Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 1024) {
    this.#values = new Uint32Array(capacity);
  }

  /** Numbers held now. */
  get length(): number {
    return this.#length;
  }

  /** Bytes allocated, room to grow included. */
  get byteLength(): number {
    return this.#values.byteLength;
  }

  /** Adds `value` at the end and returns its index. */
  push(value: number): number {
    if (this.#length === this.#values.length) {
      const larger = new Uint32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    return this.#length++;
  }

  /** The number at `index`, which must lie inside the list. */
  at(index: number): number {
    return this.#values[index]!;
  }

  /** Replaces the number at `index`, which must lie inside the list. */
  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** Forgets the numbers and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  /** The numbers without a copy: valid until the next `push` or `clear`. */
  view(): Uint32Array<ArrayBuffer> {
    return this.#values.subarray(0, this.#length);
  }

  /** The numbers in a buffer of their own, of exactly their size. */
  copy(): Uint32Array<ArrayBuffer> {
    return this.#values.slice(0, this.#length);
  }
}
