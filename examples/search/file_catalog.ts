import type { IndexedFile } from "./file_list.ts";
import type { FileReport } from "./indexer.ts";
import type { Corpus } from "./ranking.ts";
import { noSkips, type Skips } from "./skips.ts";
import { UintList } from "./uint_list.ts";

/** All files found, by number: what the index knows besides the postings. */
export class FileCatalog implements Corpus {
  /** What was left out so far. */
  readonly skips: Skips = noSkips();
  /** Files indexed, without those skipped. */
  fileCount = 0;
  /** Words in the files indexed. */
  wordCount = 0;
  /** Bytes of the files indexed. */
  byteLength = 0;
  #paths: string[] = [];
  #words = new UintList();

  /** Numbers `paths` in a row and returns the first number. */
  add(paths: readonly string[]): number {
    const first = this.#paths.length;
    for (const path of paths) {
      this.#paths.push(path);
      this.#words.push(0);
    }
    return first;
  }

  /** Notes what became of the files from number `first` on. */
  record(first: number, reports: readonly FileReport[]): void {
    for (const [i, report] of reports.entries()) {
      if (report.skipped !== undefined) {
        this.skips[report.skipped]++;
        continue;
      }
      this.fileCount++;
      this.wordCount += report.words;
      this.byteLength += report.byteLength;
      this.#words.set(first + i, report.words);
    }
  }

  /** Whether a file has this number and holds words. */
  holds(file: number): boolean {
    return file < this.#paths.length && this.wordsIn(file) > 0;
  }

  /** The path of a file. */
  pathOf(file: number): string {
    return this.#paths[file]!;
  }

  /** The files that hold words, in ascending order of number. */
  indexed(): IndexedFile[] {
    return this.#paths.map((path, file) => ({ file, path }))
      .filter(({ file }) => this.wordsIn(file) > 0);
  }

  /** Words in a file; 0 when it was skipped. */
  wordsIn(file: number): number {
    return this.#words.at(file);
  }
}
