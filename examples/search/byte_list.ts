/** A list of bytes that grows by doubling; also the writer of variable-length numbers. */
export class ByteList {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 4096) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes held now. */
  get length(): number {
    return this.#length;
  }

  /** Bytes allocated, room to grow included. */
  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** The memory behind the list, replaced when it grows: fetch it again after each write. */
  get memory(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Adds `source[start]` up to, not including, `source[end]`. */
  append(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.#length;
    // Words are a few bytes long: a loop beats `set(subarray())`, which makes an object.
    for (let i = start; i < end; i++) bytes[at++] = source[i]!;
    this.#length = at;
  }

  /**
   * Adds a whole number below 2 ** 32: seven bits to a byte, lowest first, the top bit of a byte
   * says that another follows. Numbers below 128, which most are, take one byte.
   */
  appendVarint(value: number): void {
    this.#reserve(5);
    while (value > 127) {
      this.#bytes[this.#length++] = (value & 127) | 128;
      value >>>= 7;
    }
    this.#bytes[this.#length++] = value;
  }

  /** Forgets the bytes and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }

  /** The bytes in a buffer of their own, of exactly their size. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(byteLength: number): void {
    const needed = this.#length + byteLength;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
