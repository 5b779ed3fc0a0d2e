import { termsOf, WORD } from "./words.ts";

const MAX_LINE_LENGTH = 240;
const LENGTH_BEFORE_MATCH = 60;

/** A line of a file, its ends cut off where it is very long. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** Where words of the query stand in `text`, in ascending order. */
  readonly matches: readonly Span[];
}

/** A part of a text, in UTF-16 code units. */
export type Span = readonly [start: number, end: number];

/** A line as it is shown to who has searched for `terms`. */
export function lineOf(number: number, text: string, terms: readonly string[]): Line {
  const clipped = clip(text.trimEnd(), terms);
  return { number, text: clipped, matches: matchesIn(clipped, terms) };
}

function matchesIn(text: string, terms: readonly string[]): Span[] {
  return Array.from(text.matchAll(WORD))
    .filter(([word]) => termsOf(word).some((term) => terms.includes(term)))
    .map(({ 0: word, index }) => [index, index + word.length]);
}

/** The part of a long line around the first of the terms in it. */
function clip(line: string, terms: readonly string[]): string {
  if (line.length <= MAX_LINE_LENGTH) return line;
  const lower = line.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0);
  const start = Math.max(0, Math.min(...places, line.length) - LENGTH_BEFORE_MATCH);
  const end = start + MAX_LINE_LENGTH;
  const part = line.slice(start, end).toWellFormed(); // A cut may part the halves of a character.
  return (start > 0 ? "…" : "") + part + (end < line.length ? "…" : "");
}
