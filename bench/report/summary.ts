import type { Measure, Outcome, Result, Role } from "../harness/workload.ts";
import { median } from "./statistics.ts";

/** What a player's rounds gave for one measure. */
export interface Line {
  readonly name: string;
  readonly role: Role;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One line of a table: a player's figures for one measure, beside those of the others. */
export interface Row extends Line {
  /** The best figure of all rounds. */
  readonly best: number;
  /** How many times as good as the best raw code, of the best figures of each; `null` where there is none. */
  readonly toRaw: number | null;
  /** The same to the best code written by hand. */
  readonly toByHand: number | null;
  /** The same to the best peer. */
  readonly toPeer: number | null;
}

/** Which figures of a measure are good. */
export type Better = Pick<Measure, "best">;

/** What the rounds of each player gave for one measure of a result; who has no figures is left out. */
export function linesOf({ measures, outcomes }: Result, measure: Measure): Line[] {
  const index = measures.indexOf(measure);
  return outcomes.filter(({ figures }) => figures.length > 0)
    .map((outcome) => describe(outcome, index));
}

/** Compares each line with the best of each other kind. */
export function compareLines(lines: readonly Line[], { best }: Better): Row[] {
  const plain = lines.map((line) => ({ ...line, best: best === "most" ? line.max : line.min }));
  const bestOf = (role: Role): number | null => {
    const all = plain.filter((row) => row.role === role).map(({ best }) => best);
    if (all.length === 0) return null;
    return best === "most" ? Math.max(...all) : Math.min(...all);
  };
  const ratio = (own: number, other: number | null): number | null => {
    if (other === null) return null;
    return best === "most" ? own / other : other / own;
  };
  const [raw, byHand, peer] = [bestOf("raw"), bestOf("by-hand"), bestOf("peer")];
  return plain.map((row) => ({
    ...row,
    toRaw: ratio(row.best, raw),
    toByHand: ratio(row.best, byHand),
    toPeer: ratio(row.best, peer),
  }));
}

/** The lines for one measure of a result, compared. */
export function summarize(result: Result, measure: Measure): Row[] {
  return compareLines(linesOf(result, measure), measure);
}

function describe({ name, role, figures }: Outcome, index: number): Line {
  const own = figures.map((sample) => sample[index]!);
  return { name, role, median: median(own), min: Math.min(...own), max: Math.max(...own) };
}
