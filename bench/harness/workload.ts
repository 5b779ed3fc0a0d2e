/**
 * What a contender is to the others: `"raw"` is the platform without a library, `"by-hand"` is what a careful program
 * would write on top of it, `"peer"` another library or language.
 */
export type Role = "raw" | "by-hand" | "troupe" | "peer";

/** What is measured. */
export interface Measure {
  /** Name for the table. */
  name: string;
  /** Unit of the figures. */
  unit: "/s" | "MiB/s" | "us" | "ms" | "bytes";
  /** Which figures are good. */
  best: "most" | "least";
}

/** How many operations a second. */
export const RATE: Measure = { name: "rate", unit: "/s", best: "most" };

/** One way of doing the work. */
export interface Player {
  /** Name for the table. */
  name: string;
  /** What it is to the others. */
  role: Role;
  /** Does the work once, checks that nothing was lost, and gives one figure for each measure. */
  run: () => Promise<readonly number[]>;
}

/** The same work done in several ways. */
export interface Workload {
  /** What is done. */
  title: string;
  /** What is measured in each run. */
  measures: readonly Measure[];
  /** Who does it. */
  players: readonly Player[];
  /**
   * Interleaved rounds after one to warm up; a quick run has one, and no other.
   *
   * @default {9}
   */
  rounds?: number | undefined;
}

/** The figures of one player. */
export interface Outcome {
  readonly name: string;
  readonly role: Role;
  /** For each round a figure for each measure. */
  readonly figures: readonly (readonly number[])[];
}

/** The figures of a workload. */
export interface Result {
  readonly title: string;
  readonly measures: readonly Measure[];
  readonly outcomes: readonly Outcome[];
}
