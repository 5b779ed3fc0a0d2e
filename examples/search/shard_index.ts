import type { PostingsBatch } from "./postings_batch.ts";
import { PostingsReader } from "./postings_reader.ts";
import { hashTerm } from "./term_hash.ts";
import { TermTable } from "./term_table.ts";
import { UintList } from "./uint_list.ts";

const encoder = new TextEncoder();
const ENTRY_LENGTH = 4;

/** The files that hold one term: `files[i]` holds it `frequencies[i]` times. In no order. */
export interface TermMatches {
  readonly files: Uint32Array<ArrayBuffer>;
  readonly frequencies: Uint32Array<ArrayBuffer>;
}

/** What a {@linkcode ShardIndex} holds; `byteLength` counts its memory. */
export interface ShardSize {
  readonly terms: number;
  readonly batches: number;
  readonly byteLength: number;
}

/**
 * The inverted index of one shard: for each term the files and lines where it stands.
 *
 * Batches are kept as they arrive. A term has a chain of entries, one for each batch it came in,
 * the newest first:
 *
 * | word | entry                                                |
 * | ---- | ---------------------------------------------------- |
 * | 0    | number of the batch                                  |
 * | 1    | where the term's run starts in the batch's postings  |
 * | 2    | where it ends                                        |
 * | 3    | number of the next entry plus one; 0 ends the chain  |
 *
 * So to add a batch costs one look-up and four words a term, however many postings it brings.
 */
export class ShardIndex {
  #table = new TermTable();
  /** Per term, the number of its first entry plus one. */
  #chains = new UintList();
  #entries = new UintList();
  #runs: Uint8Array[] = [];
  #runsByteLength = 0;

  /** Takes over `batch`; a file may come in one batch only. */
  add(batch: PostingsBatch): void {
    const { terms, termEnds, postings, postingEnds } = batch;
    let termStart = 0;
    let start = 0;
    for (let i = 0; i < termEnds.length; i++) {
      const termEnd = termEnds[i]!;
      const hash = hashTerm(terms, termStart, termEnd);
      const term = this.#table.intern(terms, termStart, termEnd, hash);
      this.#addEntry(term, start, postingEnds[i]!);
      termStart = termEnd;
      start = postingEnds[i]!;
    }
    this.#runs.push(postings);
    this.#runsByteLength += postings.byteLength;
  }

  /** All files that hold `term`. */
  match(term: string): TermMatches {
    const files = new UintList(64);
    const frequencies = new UintList(64);
    for (const reader of this.#readersOf(term)) {
      while (reader.next()) {
        files.push(reader.file);
        frequencies.push(reader.frequency);
      }
    }
    return { files: files.copy(), frequencies: frequencies.copy() };
  }

  /** Of those `files` that hold `term`, the lines where it stands. */
  lines(term: string, files: ReadonlySet<number>): Map<number, number[]> {
    const found = new Map<number, number[]>();
    for (const reader of this.#readersOf(term)) {
      while (reader.next()) {
        if (files.has(reader.file)) found.set(reader.file, reader.lines());
      }
    }
    return found;
  }

  /** Counts terms, batches and memory. */
  size(): ShardSize {
    const lists = [this.#table, this.#chains, this.#entries];
    const byteLength = lists.reduce((sum, list) => sum + list.byteLength, this.#runsByteLength);
    return { terms: this.#table.size, batches: this.#runs.length, byteLength };
  }

  #addEntry(term: number, start: number, end: number): void {
    if (term === this.#chains.length) this.#chains.push(0);
    this.#entries.push(this.#runs.length);
    this.#entries.push(start);
    this.#entries.push(end);
    this.#entries.push(this.#chains.at(term));
    this.#chains.set(term, this.#entries.length / ENTRY_LENGTH);
  }

  *#readersOf(term: string): Generator<PostingsReader> {
    const bytes = encoder.encode(term);
    const id = this.#table.find(bytes, 0, bytes.length, hashTerm(bytes, 0, bytes.length));
    if (id < 0) return;
    for (let entry = this.#chains.at(id); entry !== 0;) {
      const at = (entry - 1) * ENTRY_LENGTH;
      const runs = this.#runs[this.#entries.at(at)]!;
      yield new PostingsReader(runs, this.#entries.at(at + 1), this.#entries.at(at + 2));
      entry = this.#entries.at(at + 3);
    }
  }
}
