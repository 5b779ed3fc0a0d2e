/**
 * What a thread that blocks and the manager that answers share.
 *
 * | word | meaning                                                                       |
 * | ---- | ----------------------------------------------------------------------------- |
 * | 0    | 0: no answer yet; 1: it is a text in the memory; 2: it is a message in a port |
 * | 1    | bytes of the text                                                             |
 *
 * The text follows, at most {@linkcode TEXT_BYTES} bytes of UTF-8. The thread sets word 0 to 0 before it asks; the
 * manager sets it last.
 *
 * @module
 */

/** See word 0. */
export const NONE = 0;
/** See word 0. */
export const IN_MEMORY = 1;
/** See word 0. */
export const IN_PORT = 2;

/** Room for a text. */
const TEXT_BYTES = 64 * 1024;
const WORDS_BYTES = 8;

/** One side's view of the memory. */
export class SyncMemory {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(WORDS_BYTES + TEXT_BYTES)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, 2);
    this.#bytes = new Uint8Array(buffer, WORDS_BYTES);
  }

  /** Writes a text if there is room for it. Returns whether there was. */
  write(text: string): boolean {
    // No character takes more than three bytes.
    if (text.length * 3 > TEXT_BYTES) return false;
    this.words[1] = new TextEncoder().encodeInto(text, this.#bytes).written;
    return true;
  }

  read(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.words[1]));
  }

  /** The answer is there. */
  answered(where: typeof IN_MEMORY | typeof IN_PORT): void {
    Atomics.store(this.words, 0, where);
    Atomics.notify(this.words, 0);
  }
}
