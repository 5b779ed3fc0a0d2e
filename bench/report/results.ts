import type { Result } from "../harness/workload.ts";

/** What came of a group of workloads. */
export interface GroupResults {
  /** In the order in which it was measured. */
  readonly results: Result[];
  /** Who did not take part, in what, and why. */
  readonly absent: Map<string, string>;
}

/** What was measured so far, by group. */
export const groupResults = new Map<string, GroupResults>();

let current: GroupResults = { results: [], absent: new Map() };

/** What is noted from now on belongs to this group. */
export function startGroup(name: string): GroupResults {
  current = { results: [], absent: new Map() };
  groupResults.set(name, current);
  return current;
}

/** Keeps a result for the report. */
export function record(result: Result): void {
  current.results.push(result);
}

/** Notes that somebody does not take part. */
export function noteAbsent(who: string, why: string): void {
  current.absent.set(who, why);
}
