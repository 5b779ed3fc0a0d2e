import type { Measure } from "../harness/workload.ts";
import { chartOf } from "./chart.ts";
import { describeMachine } from "./machine.ts";
import { figuresText } from "./figures_text.ts";
import { type GroupResults, groupResults } from "./results.ts";
import { type Line, linesOf } from "./summary.ts";
import { titleOf } from "./table.ts";

const DATA = new URL("../figures.json", import.meta.url);
const README = new URL("../README.md", import.meta.url);
const CHARTS = new URL("../charts/", import.meta.url);
const BEGIN = "<!-- begin figures -->";
const END = "<!-- end figures -->";

/** All figures, by group: `figures.json`. */
export type Figures = Record<string, GroupFigures>;

/** What a group gave when it was last run. */
export interface GroupFigures {
  /** Machine and versions, a line each. */
  readonly machine: readonly string[];
  /** What was measured, in the order in which it was. */
  readonly works: readonly WorkFigures[];
  /** Who did not take part, and why. */
  readonly absent: Readonly<Record<string, string>>;
}

/** The figures of all players for one measure of one workload. */
export interface WorkFigures extends Omit<Measure, "name"> {
  readonly title: string;
  readonly players: readonly Line[];
}

/**
 * Puts the figures of this run into `figures.json`, where those of other groups stay as they are, and makes the table of
 * the README and the charts from that.
 */
export async function writeFigures(): Promise<void> {
  const figures: Figures = JSON.parse(await Deno.readTextFile(DATA));
  const machine = await describeMachine();
  for (const [group, found] of groupResults) {
    if (found.results.length > 0) figures[group] = figuresOf(found, machine);
  }
  await Deno.writeTextFile(DATA, JSON.stringify(figures, null, 2));
  const charts = await writeCharts(figures);
  const text = await Deno.readTextFile(README);
  await Deno.writeTextFile(README, replaceFigures(text, figuresText(figures)));
  await format([DATA, README, ...charts]);
}

/** Puts the text between the marks of the README; what stands outside of them stays. */
export function replaceFigures(readme: string, text: string): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The README has no ${BEGIN} before ${END}`);
  return `${readme.slice(0, from)}${BEGIN}\n\n${text}\n\n${readme.slice(to)}`;
}

/** What a group gave, as it is kept. */
export function figuresOf({ results, absent }: GroupResults, machine: string[]): GroupFigures {
  const works = results.flatMap((result) =>
    result.measures.map((measure): WorkFigures => {
      const { unit, best } = measure;
      return { title: titleOf(result, measure), unit, best, players: linesOf(result, measure) };
    })
  );
  return { machine, works, absent: Object.fromEntries(absent) };
}

async function writeCharts(figures: Figures): Promise<URL[]> {
  await Deno.mkdir(CHARTS, { recursive: true });
  return await Promise.all(
    Object.entries(figures).map(async ([group, { works }]) => {
      const chart = new URL(`./${group}.svg`, CHARTS);
      await Deno.writeTextFile(chart, chartOf(group, works));
      return chart;
    }),
  );
}

async function format(files: URL[]): Promise<void> {
  const args = ["fmt", "--quiet", ...files.map(({ pathname }) => pathname)];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`Cannot format the figures: ${new TextDecoder().decode(stderr)}`);
}
