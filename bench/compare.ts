/**
 * Runs the benchmarks of a commit and of the sources as they are, turn by turn in one run, and prints how they compare:
 * `deno task bench:compare <commit> [group ...] [--rounds n] [--quick]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { BenchProcess } from "./harness/bench_process.ts";
import { type Checkout, checkoutOf, here } from "./harness/checkout.ts";
import { formatFigure, formatRatio } from "./report/format.ts";
import { groups } from "./groups.ts";
import type { Answer, Coming } from "./harness/lockstep.ts";
import { median } from "./report/statistics.ts";
import { aligned } from "./report/table.ts";
import type { Measure } from "./harness/workload.ts";

const GROUPS = ["one-thread", "threads"];
const HEAD = ["", "before", "now", "median", "best"];

/** The figures of one player in both checkouts, a list for each round: the commit's first. */
type Both = [before: (readonly number[])[], now: (readonly number[])[]];

interface CompareSettings {
  rounds: number | undefined;
  isQuick: boolean;
}

async function main(args: string[]): Promise<number> {
  const { values, positionals: [commit, ...names] } = parseArgs({
    args,
    allowPositionals: true,
    options: { rounds: { type: "string" }, quick: { type: "boolean", default: false } },
  });
  const chosen = names.length > 0 ? names : GROUPS;
  const unknown = chosen.find((name) => !Object.hasOwn(groups, name));
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    return fail(`--rounds must be a whole number of at least 1, received "${values.rounds}"`);
  }
  if (commit === undefined) return fail("name the commit to compare with");
  if (unknown !== undefined) {
    return fail(`there is no group "${unknown}": known are ${Object.keys(groups).join(", ")}`);
  }
  const before = await checkoutOf(commit);
  if (before === null) return fail(`git knows no commit "${commit}"`);
  console.log(`Before: ${before.name}. Ratios tell how many times as good it is now.`);
  const settings = { rounds: values.quick ? 1 : rounds, isQuick: values.quick };
  for (const group of chosen) await compareGroup(before, group, settings);
  return 0;
}

function fail(why: string): number {
  console.error(`Cannot compare: ${why}`);
  return 1;
}

async function compareGroup(before: Checkout, group: string, settings: CompareSettings) {
  console.log(`\n# ${group}`);
  const titles = await Promise.all([before, here].map((each) => titlesOf(each, group, settings)));
  const common = titles[0]!.intersection(titles[1]!);
  for (const title of titles[0]!.symmetricDifference(titles[1]!)) {
    console.log(`Only in one of the two: ${title}`);
  }
  await using old = await BenchProcess.start(before, group, settings.isQuick);
  await using now = await BenchProcess.start(here, group, settings.isQuick);
  const both = [old, now] as const;
  for (let left = common.size; left > 0; left--) {
    const [coming] = await Promise.all(both.map((process) => nextOf(process, common)));
    const rounds = settings.rounds ?? coming!.rounds;
    await Promise.all(both.map((process) => process.answer({ rounds, isLeftOut: false })));
    print(coming!, await playBoth(both, coming!, rounds));
  }
}

/** The workloads of a group: none of them is done. */
async function titlesOf(checkout: Checkout, group: string, { isQuick }: CompareSettings) {
  const titles = new Set<string>();
  await using process = await BenchProcess.start(checkout, group, isQuick);
  for (let step = await process.next(); step !== null; step = await process.next()) {
    if (step.kind === "workload") titles.add(step.title);
    await process.answer(LEFT_OUT);
  }
  return titles;
}

const LEFT_OUT: Answer = { rounds: 0, isLeftOut: true };

/** Leaves out what only one checkout has, up to the next workload that both have. */
async function nextOf(process: BenchProcess, common: ReadonlySet<string>): Promise<Coming> {
  for (let step = await process.next(); step?.kind === "workload"; step = await process.next()) {
    if (common.has(step.title)) return step;
    await process.answer(LEFT_OUT);
  }
  throw new Error("A workload that was there in the first look did not come again");
}

/** Plays the rounds; who is first in a round is second in the next. */
async function playBoth(
  both: readonly [BenchProcess, BenchProcess],
  { players }: Coming,
  rounds: number,
): Promise<Both[]> {
  const figures = players.map((): Both => [[], []]);
  for (let round = -1; round < rounds; round++) {
    for (const own of figures) {
      for (const which of round % 2 === 0 ? [0, 1] as const : [1, 0] as const) {
        const sample = await takeTurn(both[which]);
        if (round >= 0) own[which].push(sample);
      }
    }
  }
  return figures;
}

async function takeTurn(process: BenchProcess): Promise<readonly number[]> {
  const ready = await process.next();
  if (ready?.kind !== "ready") throw new Error("The two checkouts are not at the same turn");
  await process.answer();
  const played = await process.next();
  if (played?.kind !== "played") throw new Error("A turn gave no figures");
  return played.figures;
}

function print({ title, measures, players }: Coming, figures: readonly Both[]): void {
  const rows = players.flatMap((name, player) =>
    measures.map((measure, index) => {
      const [before, now] = figures[player]!.map((own) => own.map((sample) => sample[index]!));
      const label = measures.length > 1 ? `${name}: ${measure.name}` : name;
      return [label, ...compareFigures(before!, now!, measure)];
    })
  );
  console.log(`\n${title}`);
  for (const line of aligned([HEAD, ...rows])) console.log(`  ${line.join("  ")}`);
}

/** Both medians, the ratio of the medians, and that of the best rounds. */
export function compareFigures(
  before: readonly number[],
  now: readonly number[],
  measure: Measure,
): string[] {
  const isMost = measure.best === "most";
  const best = (all: readonly number[]) => isMost ? Math.max(...all) : Math.min(...all);
  const ratio = (a: number, b: number) => formatRatio(isMost ? b / a : a / b);
  const [old, own] = [median(before), median(now)];
  return [
    formatFigure(old, measure),
    formatFigure(own, measure),
    ratio(old, own),
    ratio(best(before), best(now)),
  ];
}

if (import.meta.main) Deno.exit(await main(Deno.args));
