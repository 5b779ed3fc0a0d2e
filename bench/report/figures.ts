import { chartOf } from "./chart.ts";
import { describeMachine } from "./machine.ts";
import { type GroupResults, groupResults } from "./results.ts";
import { markdownTable, tableOf, titleOf } from "./table.ts";

const README = new URL("../README.md", import.meta.url);
const CHARTS = new URL("../charts/", import.meta.url);
const marks = (name: string) => [`<!-- begin ${name} -->`, `<!-- end ${name} -->`] as const;

/**
 * Writes the figures into the README, between the marks of their groups, and a chart for each group. What stands outside
 * of the marks stays, and so do the figures of groups that were not run.
 */
export async function writeFigures(): Promise<void> {
  let text = await Deno.readTextFile(README);
  const files = [README.pathname];
  await Deno.mkdir(CHARTS, { recursive: true });
  for (const [group, found] of groupResults) {
    if (found.results.length === 0) continue;
    const chart = new URL(`./${group}.svg`, CHARTS);
    await Deno.writeTextFile(chart, chartOf(group, found.results));
    files.push(chart.pathname);
    text = replaceBetween(text, group, groupText(group, found, await describeMachine()));
  }
  await Deno.writeTextFile(README, text);
  const format = new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...files] });
  const { success, stderr } = await format.output();
  if (!success) throw new Error(`Cannot format the figures: ${new TextDecoder().decode(stderr)}`);
}

/** Puts `figures` between the marks of a group, which are added at the end where there are none. */
export function replaceBetween(text: string, group: string, figures: string): string {
  const [begin, end] = marks(group);
  const body = `${begin}\n\n${figures}\n\n${end}`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) return `${text.trimEnd()}\n\n## ${group}\n\n${body}\n`;
  return text.slice(0, from) + body + text.slice(to + end.length);
}

function groupText(group: string, { results, absent }: GroupResults, machine: string[]): string {
  const tables = results.flatMap((result) =>
    result.measures.map((measure) => {
      return `**${titleOf(result, measure)}**\n\n${markdownTable(tableOf(result, measure))}`;
    })
  );
  const missing = Array.from(absent, ([who, why]) => `- ${who}: ${escapeLine(why)}`);
  return [
    `![Medians of the group ${group}](./charts/${group}.svg)`,
    machine.map((line) => `- ${escapeLine(line)}`).join("\n"),
    ...tables,
    ...(missing.length > 0 ? [`Did not take part:\n\n${missing.join("\n")}`] : []),
  ].join("\n\n");
}

/** Keeps what others have written from being taken for Markdown. */
function escapeLine(text: string): string {
  return text.replace(/[\\`*<>|[\]]/g, "\\$&");
}
