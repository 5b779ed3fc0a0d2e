import { assertAlmostEquals, assertEquals } from "@std/assert";
import { pickLines } from "../../../examples/search/pick_lines.ts";
import { type Corpus, rank } from "../../../examples/search/ranking.ts";
import type { TermMatches } from "../../../examples/search/shard_index.ts";

/** Files 0 to 9 with 10 words each, unless told otherwise. */
function corpus(words: Record<number, number> = {}): Corpus {
  return { fileCount: 10, wordCount: 100, wordsIn: (file) => words[file] ?? 10 };
}

function matches(frequencies: Record<number, number>): TermMatches {
  return {
    files: Uint32Array.from(Object.keys(frequencies), Number),
    frequencies: Uint32Array.from(Object.values(frequencies)),
  };
}

function filesOf(...all: TermMatches[]): number[] {
  return rank(all, corpus()).map(({ file }) => file);
}

Deno.test("rank() gives the files that hold all terms", () => {
  assertEquals(filesOf(matches({ 1: 1, 2: 1, 5: 1 }), matches({ 2: 1, 5: 1, 7: 1 })), [2, 5]);
  assertEquals(filesOf(matches({ 1: 1 }), matches({})), []);
  assertEquals(filesOf(), []);
});

Deno.test("rank() puts a file with the term more often first, files of equal score by number", () => {
  assertEquals(filesOf(matches({ 4: 1, 1: 1, 3: 5 })), [3, 1, 4]);
});

Deno.test("rank() puts the shorter of two files with the term as often first", () => {
  const ranked = rank([matches({ 1: 2, 2: 2 })], corpus({ 1: 80, 2: 5 }));
  assertEquals(ranked.map(({ file }) => file), [2, 1]);
});

Deno.test("rank() lets a rare term count more than a common one", () => {
  const common = matches({ 1: 3, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1 });
  assertEquals(filesOf(common, matches({ 1: 1, 2: 3 })), [2, 1]);
});

Deno.test("rank() gives the score of the BM25 formula", () => {
  const [best] = rank([matches({ 1: 2, 2: 1 })], corpus({ 1: 20 }));
  // ln(1 + (10 - 2 + 0.5) / (2 + 0.5)) * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 20 / 10))
  assertAlmostEquals(best!.score, Math.log(1 + 8.5 / 2.5) * 4.4 / 4.1);
});

Deno.test("rank() never gives a term in all files a negative score", () => {
  const everywhere = matches(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i, 1])));
  assertEquals(rank([everywhere], corpus()).every(({ score }) => score > 0), true);
});

Deno.test("pickLines() prefers lines with most terms and gives them in order", () => {
  assertEquals(pickLines([[1, 2, 3, 9], [9, 20]], 3), [1, 2, 9]);
  assertEquals(pickLines([[5], []], 3), [5]);
  assertEquals(pickLines([], 3), []);
});
