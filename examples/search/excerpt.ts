import { task } from "@troupe/actors";
import { MAX_FILE_BYTES } from "./skips.ts";
import { termsOf } from "./words.ts";

const MAX_LINE_LENGTH = 240;
const LENGTH_BEFORE_MATCH = 60;

/** A line of a file, its ends cut off where it is very long. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

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
      .map(({ number, text }) => ({ number, text: clip(text, terms) }));
  },
);

async function readLines(path: string): Promise<string[]> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile || size > MAX_FILE_BYTES) return [];
    return (await Deno.readTextFile(path)).split("\n");
  } catch {
    return []; // Gone or forbidden by now: a result without lines.
  }
}

/** The part of a long line around the first of the terms in it. */
function clip(text: string, terms: readonly string[]): string {
  const line = text.trimEnd();
  if (line.length <= MAX_LINE_LENGTH) return line;
  const lower = line.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0);
  const start = Math.max(0, Math.min(...places, line.length) - LENGTH_BEFORE_MATCH);
  const end = start + MAX_LINE_LENGTH;
  const part = line.slice(start, end).toWellFormed(); // A cut may part the halves of a character.
  return (start > 0 ? "…" : "") + part + (end < line.length ? "…" : "");
}
