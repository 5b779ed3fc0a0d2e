import { task } from "@troupe/actors";
import { type Line, lineOf } from "./line.ts";
import { readLines } from "./read_lines.ts";

/** Most lines of a {@linkcode Passage}. */
export const MAX_PASSAGE_LINES = 1_000;

/** What to read: the lines of `path` from number `from` on. */
export interface PassageRequest {
  readonly path: string;
  /** From 1. */
  readonly from: number;
  readonly terms: readonly string[];
}

/** Some lines of a file, in a row. */
export interface Passage {
  readonly lines: readonly Line[];
  /** Lines of the whole file. */
  readonly totalLines: number;
}

/** Reads a part of a file as it is now, on some worker; no lines when the file is gone. */
export const passage = task(
  import.meta,
  async ({ path, from, terms }: PassageRequest): Promise<Passage> => {
    const all = await readLines(path);
    const lines = all.slice(from - 1, from - 1 + MAX_PASSAGE_LINES)
      .map((text, i) => lineOf(from + i, text, terms));
    return { lines, totalLines: all.length };
  },
);
