import { median } from "./statistics.ts";
import type { Measure, Outcome, Result, Role } from "../harness/workload.ts";

/** One line of a table: a player's figures for one measure. */
export interface Row {
  readonly name: string;
  readonly role: Role;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The best figure of all rounds. */
  readonly best: number;
  /** How many times as good as the best raw code, of the best figures of each; `null` where there is none. */
  readonly toRaw: number | null;
  /** The same to the best code written by hand. */
  readonly toByHand: number | null;
  /** The same to the best peer. */
  readonly toPeer: number | null;
}

/** The lines for one measure of a result. */
export function summarize({ measures, outcomes }: Result, measure: Measure): Row[] {
  const index = measures.indexOf(measure);
  const plain = outcomes.filter(({ figures }) => figures.length > 0)
    .map((outcome) => describe(outcome, index, measure));
  const bestOf = (role: Role): number | null => {
    const all = plain.filter((row) => row.role === role).map(({ best }) => best);
    if (all.length === 0) return null;
    return measure.best === "most" ? Math.max(...all) : Math.min(...all);
  };
  const ratio = (own: number, other: number | null): number | null => {
    if (other === null) return null;
    return measure.best === "most" ? own / other : other / own;
  };
  const [raw, byHand, peer] = [bestOf("raw"), bestOf("by-hand"), bestOf("peer")];
  return plain.map((row) => ({
    ...row,
    toRaw: ratio(row.best, raw),
    toByHand: ratio(row.best, byHand),
    toPeer: ratio(row.best, peer),
  }));
}

function describe({ name, role, figures }: Outcome, index: number, { best }: Measure) {
  const own = figures.map((sample) => sample[index]!);
  const [min, max] = [Math.min(...own), Math.max(...own)];
  return { name, role, median: median(own), min, max, best: best === "most" ? max : min };
}
