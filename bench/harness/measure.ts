import { play } from "./play.ts";
import { record } from "../report/results.ts";
import { printResult } from "../report/table.ts";
import { type Player, RATE, type Role, type Workload } from "./workload.ts";

/** One way of doing the same work. */
export interface Contender {
  /** Name for the table. */
  name: string;
  /**
   * What it is to the others.
   *
   * @default {"troupe"}
   */
  role?: Role;
  /**
   * Does the work once. Gives the milliseconds it took when only it can know, such as another process; the time of the
   * call counts otherwise.
   */
  run: () => Promise<number | void>;
}

/** A comparison of contenders over the same work. */
export interface Comparison {
  /** What is done. */
  title: string;
  /** How many operations one run does. */
  operations: number;
  /** What to compare. */
  contenders: Contender[];
  /**
   * Interleaved rounds after one to warm up.
   *
   * @default {9}
   */
  rounds?: number | undefined;
}

/** Compares how many operations a second the contenders do. */
export async function compare({ title, operations, contenders, rounds }: Comparison) {
  const players = contenders.map(({ name, role = "troupe", run }): Player => ({
    name,
    role,
    run: async () => [operations / await timeOf(run) * 1000],
  }));
  await measure({ title, measures: [RATE], players, rounds });
}

/** Does a workload, prints the figures, and keeps them for the report. */
export async function measure(workload: Workload): Promise<void> {
  const result = await play(workload);
  record(result);
  printResult(result);
}

async function timeOf(run: Contender["run"]): Promise<number> {
  const start = performance.now();
  return await run() ?? performance.now() - start;
}
