/**
 * One direction of a link in shared memory: texts of one writer for one reader, in the order written.
 *
 * | word | meaning                                                |
 * | ---- | ------------------------------------------------------ |
 * | 0    | bytes written so far, modulo 2^32; the reader's wake   |
 * | 1    | bytes read so far, modulo 2^32                         |
 * | 2    | 1 while the reader sleeps on word 0                    |
 *
 * Then a ring of `RING_BYTES`: records of a number, the length of the text in bytes, and the text in UTF-8, from a
 * multiple of 4 on. A record is never split: one that would not fit before the end of the ring is preceded by a length
 * of -1, which sends the reader to the beginning. The writer publishes a record by word 0 once it is complete, so one
 * that dies meanwhile has written nothing. Source: L. Lamport, "Specifying Concurrent Program Modules".
 *
 * @module
 */
const WORDS = 4;
const RING_BYTES = 64 * 1024;
const HEAD_BYTES = 8;
const SKIP = -1;

/** Bytes of one direction. */
export const TEXT_RING_BYTES = 4 * WORDS + RING_BYTES;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** See the module. */
export class TextRing {
  /** The words; sleepers wait on word 0. */
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #ring: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer, byteOffset: number) {
    this.words = new Int32Array(memory, byteOffset, WORDS);
    this.#ring = new Int32Array(memory, byteOffset + 4 * WORDS, RING_BYTES / 4);
    this.#bytes = new Uint8Array(memory, byteOffset + 4 * WORDS, RING_BYTES);
  }

  /** Writes a text if there is room for it. Returns whether there was. */
  write(number: number, text: string): boolean {
    const { words } = this;
    const written = Atomics.load(words, 0);
    const free = RING_BYTES - ((written - Atomics.load(words, 1)) >>> 0);
    // No character takes more than three bytes.
    const most = HEAD_BYTES + text.length * 3;
    let at = (written >>> 0) % RING_BYTES;
    let skipped = 0;
    if (at + most > RING_BYTES) skipped = RING_BYTES - at;
    if (skipped + most > free) return false;
    if (skipped > 0) {
      this.#ring[at / 4 + 1] = SKIP;
      at = 0;
    }
    const room = this.#bytes.subarray(at + HEAD_BYTES, at + most);
    const { written: length } = encoder.encodeInto(text, room);
    this.#ring[at / 4] = number;
    this.#ring[at / 4 + 1] = length;
    Atomics.store(words, 0, (written + skipped + HEAD_BYTES + padded(length)) | 0);
    if (Atomics.load(words, 2) === 1) Atomics.notify(words, 0);
    return true;
  }

  /** Takes the next text when it has this number. */
  read(number: number): string | null {
    const { words } = this;
    let read = Atomics.load(words, 1);
    if (read === Atomics.load(words, 0)) return null;
    let at = (read >>> 0) % RING_BYTES;
    // A record needs its head: less room than that before the end is never used.
    if (at + HEAD_BYTES > RING_BYTES || this.#ring[at / 4 + 1] === SKIP) {
      read = (read + RING_BYTES - at) | 0;
      at = 0;
    }
    if (this.#ring[at / 4] !== number) return null;
    const length = this.#ring[at / 4 + 1]!;
    // The other side can write anything.
    if (!(length >= 0 && at + HEAD_BYTES + length <= RING_BYTES)) {
      throw new RangeError(`Cannot receive message: a record has a length of ${length} bytes`);
    }
    // A copy: what is decoded may not change meanwhile.
    const text = decoder.decode(this.#bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length));
    Atomics.store(words, 1, (read + HEAD_BYTES + padded(length)) | 0);
    return text;
  }
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
