import { task } from "@troupe/actors";
import { type Line, lineOf } from "./line.ts";
import { readLines } from "./read_lines.ts";
import { termsOf } from "./words.ts";

/** What to read: the lines of `path` where the index has seen some of `terms`. */
export interface ExcerptRequest {
  readonly path: string;
  readonly lines: readonly number[];
  readonly terms: readonly string[];
}

/**
 * Reads lines back from a file, on some worker.
 *
 * The index keeps line numbers and no text: the files hold it already, and only the few results
 * shown ever need it. So a file may have changed since: a line that no longer holds any of the
 * terms is left out, and nothing is left when the file is gone.
 */
export const excerpt = task(
  import.meta,
  async ({ path, lines, terms }: ExcerptRequest): Promise<Line[]> => {
    const all = await readLines(path);
    return lines.map((number) => ({ number, text: all[number - 1] ?? "" }))
      .filter(({ text }) => termsOf(text).some((term) => terms.includes(term)))
      .map(({ number, text }) => lineOf(number, text, terms));
  },
);
