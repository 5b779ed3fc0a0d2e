import { ByteList } from "./byte_list.ts";
import type { PostingsBatch } from "./postings_batch.ts";
import type { TermTable } from "./term_table.ts";
import { UintList } from "./uint_list.ts";

/** Where words stand: for each word the number of its file, and its line. */
export interface WordPlaces {
  readonly fileOf: UintList;
  readonly lineOf: UintList;
}

/** Collects the {@linkcode PostingsBatch} of one shard, term by term. */
export class BatchWriter {
  #terms = new ByteList();
  #termEnds = new UintList();
  #postings = new ByteList();
  #postingEnds = new UintList();

  /**
   * Writes the run of one term.
   *
   * @param order From `start` to `end` where the term stands, ascending: indexes into `words`.
   */
  writeRun(order: Uint32Array, start: number, end: number, words: WordPlaces): void {
    const { fileOf } = words;
    let fileBefore = 0;
    for (let from = start; from < end;) {
      const file = fileOf.at(order[from]!);
      let to = from;
      while (to < end && fileOf.at(order[to]!) === file) to++;
      this.#postings.appendVarint(file - fileBefore);
      this.#postings.appendVarint(to - from);
      this.#writeLines(order, from, to, words);
      fileBefore = file;
      from = to;
    }
  }

  /** Ends the run with the term that it belongs to. */
  endTerm(term: number, table: TermTable): void {
    table.copyTerm(term, this.#terms);
    this.#termEnds.push(this.#terms.length);
    this.#postingEnds.push(this.#postings.length);
  }

  /** What was written, and starts anew. */
  take(): PostingsBatch {
    const lists = [this.#terms, this.#termEnds, this.#postings, this.#postingEnds];
    const batch = {
      terms: this.#terms.copy(),
      termEnds: this.#termEnds.copy(),
      postings: this.#postings.copy(),
      postingEnds: this.#postingEnds.copy(),
    };
    for (const list of lists) list.clear();
    return batch;
  }

  #writeLines(order: Uint32Array, start: number, end: number, { lineOf }: WordPlaces): void {
    let count = 0;
    for (let i = start, before = 0; i < end; i++) {
      const line = lineOf.at(order[i]!);
      if (line !== before) count++;
      before = line;
    }
    this.#postings.appendVarint(count);
    for (let i = start, before = 0; i < end; i++) {
      const line = lineOf.at(order[i]!);
      if (line !== before) this.#postings.appendVarint(line - before);
      before = line;
    }
  }
}
