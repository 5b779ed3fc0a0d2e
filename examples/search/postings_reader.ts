/** Reads one run of a {@linkcode PostingsBatch}: the files in which one term stands. */
export class PostingsReader {
  /** The file that {@linkcode PostingsReader.next} moved to. */
  file = 0;
  /** How often the term stands in that file. */
  frequency = 0;
  #bytes: Uint8Array;
  #at: number;
  #end: number;
  #unreadLines = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Moves to the next file; `false` after the last one. */
  next(): boolean {
    for (; this.#unreadLines > 0; this.#unreadLines--) this.#varint();
    if (this.#at >= this.#end) return false;
    this.file += this.#varint();
    this.frequency = this.#varint();
    this.#unreadLines = this.#varint();
    return true;
  }

  /** The lines of the current file that hold the term, ascending; empty when asked again. */
  lines(): number[] {
    const lines: number[] = [];
    let line = 0;
    for (; this.#unreadLines > 0; this.#unreadLines--) lines.push(line += this.#varint());
    return lines;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.#bytes[this.#at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }
}
