/**
 * What `bench:compare` and the benchmarks that it runs say to each other: one line for each step, over the standard
 * streams, so that two checkouts take turns.
 *
 * @module
 */
import type { Measure } from "./workload.ts";

/** Lines that begin with this are steps; others are what a benchmark prints for people. */
const MARK = "\u0001";

/** A workload that a benchmark has come to. */
export interface Coming {
  kind: "workload";
  title: string;
  measures: readonly Measure[];
  /** The players, in the order of their turns. */
  players: readonly string[];
  /** Rounds after the one to warm up. */
  rounds: number;
}

/** What a benchmark has come to: a workload, a player's turn, which waits for any answer, or its end. */
export type Step = Coming | { kind: "ready" } | { kind: "played"; figures: readonly number[] };

/** The answer to a workload. */
export interface Answer {
  /** Rounds to play after the one to warm up. */
  rounds: number;
  /** Whether not to play at all. */
  isLeftOut: boolean;
}

/** The line of a step. */
export function lineOf(step: Step): string {
  return MARK + JSON.stringify(step);
}

/** The step in a line; `null` in one for people. */
export function stepOf(line: string): Step | null {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) : null;
}

/** The lines of a text that comes in pieces. */
export async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
