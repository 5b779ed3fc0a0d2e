import { MAX_FILE_BYTES, type SkipReason } from "./skips.ts";

/**
 * Reads text files, one after another, into the same block of memory.
 *
 * Reading blocks the thread: a worker has nothing else to do meanwhile, and for small files the
 * way through the event loop costs several times the reading.
 */
export class TextReader {
  /** The text last read, and what was there before: valid until the next `read`. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(MAX_FILE_BYTES + 1);

  /** Reads the file at `path`: the number of its bytes, or why it is no text to index. */
  read(path: string): number | SkipReason {
    try {
      using file = Deno.openSync(path);
      const byteLength = this.#fill(file);
      if (byteLength > MAX_FILE_BYTES) return "huge";
      return this.bytes.subarray(0, byteLength).includes(0) ? "binary" : byteLength;
    } catch {
      // Forbidden, gone, a folder by now, a failing disk: none of them may end the indexing.
      return "unreadable";
    }
  }

  #fill(file: Deno.FsFile): number {
    let byteLength = 0;
    while (byteLength < this.bytes.length) {
      const count = file.readSync(this.bytes.subarray(byteLength));
      if (count === null) break;
      byteLength += count;
    }
    return byteLength;
  }
}
