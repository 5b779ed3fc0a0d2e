import { BatchWriter } from "./batch_writer.ts";
import type { PostingsBatch } from "./postings_batch.ts";
import { shardOf } from "./term_hash.ts";
import { TermTable } from "./term_table.ts";
import { UintList } from "./uint_list.ts";
import { forEachWord } from "./words.ts";

/** Words collected before they go to the shards: enough to share the cost of a message. */
export const WORDS_PER_ROUND: number = 1 << 18;

/**
 * Turns the words of files into one {@linkcode PostingsBatch} for each shard.
 *
 * Every word becomes three numbers: term, file, line. They are sorted by term only when the
 * batches are taken: a counting sort, which leaves files and lines in the order they were read.
 */
export class PostingsBuilder {
  #terms = new TermTable();
  #termOf = new UintList(1 << 16);
  #fileOf = new UintList(1 << 16);
  #lineOf = new UintList(1 << 16);
  #writers: BatchWriter[];

  constructor(shards: number) {
    this.#writers = Array.from({ length: shards }, () => new BatchWriter());
  }

  /** Words added since the last {@linkcode PostingsBuilder.take}. */
  get size(): number {
    return this.#termOf.length;
  }

  /**
   * Adds all words of a file and returns their number.
   *
   * @param file A number above those of all files since the last `take`.
   * @param bytes The text, which is overwritten; see {@linkcode forEachWord}.
   */
  addFile(file: number, bytes: Uint8Array, byteLength: number): number {
    const before = this.size;
    forEachWord(bytes, byteLength, (source, start, end, hash, line) => {
      this.#termOf.push(this.#terms.intern(source, start, end, hash));
      this.#fileOf.push(file);
      this.#lineOf.push(line);
    });
    return this.size - before;
  }

  /** What was added so far, the batch of shard 0 first, and starts anew. */
  take(): PostingsBatch[] {
    const { order, ends } = this.#sortByTerm();
    const words = { fileOf: this.#fileOf, lineOf: this.#lineOf };
    for (let term = 0, start = 0; term < ends.length; term++) {
      const end = ends[term]!;
      const shard = shardOf(this.#terms.hashAt(term), this.#writers.length);
      const writer = this.#writers[shard]!;
      writer.writeRun(order, start, end, words);
      writer.endTerm(term, this.#terms);
      start = end;
    }
    this.#clear();
    return this.#writers.map((writer) => writer.take());
  }

  /** The words' positions, those of term 0 first, and where each term's positions end. */
  #sortByTerm(): { order: Uint32Array; ends: Uint32Array } {
    const termOf = this.#termOf.view();
    const next = new Uint32Array(this.#terms.size + 1);
    for (let i = 0; i < termOf.length; i++) next[termOf[i]! + 1]!++;
    for (let term = 1; term < next.length; term++) next[term]! += next[term - 1]!;
    const order = new Uint32Array(termOf.length);
    for (let i = 0; i < termOf.length; i++) order[next[termOf[i]!]!++] = i;
    return { order, ends: next.subarray(0, -1) }; // Filling moved each start to its end.
  }

  #clear(): void {
    for (const list of [this.#terms, this.#termOf, this.#fileOf, this.#lineOf]) list.clear();
  }
}
