import type { TermMatches } from "./shard_index.ts";

const K1 = 1.2;
const B = 0.75;

/** What the score of a file depends on besides its own words. */
export interface Corpus {
  /** Files in the index. */
  readonly fileCount: number;
  /** Words in all of them. */
  readonly wordCount: number;
  /** Words in the file with this number. */
  wordsIn(file: number): number;
}

/** A file that holds all terms of a query. */
export interface RankedFile {
  readonly file: number;
  readonly score: number;
}

/**
 * The files that hold all terms, the best first; those of equal score by number.
 *
 * The score is BM25 with its usual constants (S. Robertson and H. Zaragoza, "The Probabilistic
 * Relevance Framework: BM25 and Beyond", 2009), and the weight of a term as Lucene has it, with
 * one added inside the logarithm, so that a term in more than half of the files counts a little
 * instead of being held against them.
 */
export function rank(matches: readonly TermMatches[], corpus: Corpus): RankedFile[] {
  const rarestFirst = matches.toSorted((a, b) => a.files.length - b.files.length);
  let scores: Map<number, number> | undefined;
  for (const match of rarestFirst) scores = addScores(match, corpus, scores);
  return Array.from(scores ?? [], ([file, score]) => ({ file, score }))
    .sort((a, b) => b.score - a.score || a.file - b.file);
}

/** The scores with those of one more term; without `before` it is the first. */
function addScores(
  { files, frequencies }: TermMatches,
  corpus: Corpus,
  before: Map<number, number> | undefined,
): Map<number, number> {
  const scores = new Map<number, number>();
  const weight = Math.log(1 + (corpus.fileCount - files.length + 0.5) / (files.length + 0.5));
  const averageWords = corpus.wordCount / corpus.fileCount;
  for (let i = 0; i < files.length; i++) {
    const file = files[i]!;
    const score = before === undefined ? 0 : before.get(file);
    if (score === undefined) continue;
    const frequency = frequencies[i]!;
    const length = 1 - B + B * corpus.wordsIn(file) / averageWords;
    scores.set(file, score + weight * frequency * (K1 + 1) / (frequency + K1 * length));
  }
  return scores;
}
