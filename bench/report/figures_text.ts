import type { Figures, WorkFigures } from "./figures.ts";
import { formatFigure, formatRatio } from "./format.ts";
import { compareLines, type Row } from "./summary.ts";
import { markdownTable } from "./table.ts";

const HEAD = ["what", "who", "median", "min", "max", "to raw", "to by hand", "to best peer"];

/** The one table of the README, of Troupe's figures only; then where they were measured, and who is missing. */
export function figuresText(figures: Figures): string {
  const rows = Object.values(figures).flatMap(({ works }) => works.flatMap(rowsOf));
  const missing = Object.values(figures).flatMap(({ absent }) => Object.entries(absent));
  const machines = Object.groupBy(Object.keys(figures), (group) => {
    return figures[group]!.machine.map((line) => `  - ${escapeLine(line)}`).join("\n");
  });
  return [
    markdownTable([HEAD, ...rows]),
    Object.entries(machines).map(([machine, groups]) => `- ${groups!.join(", ")}:\n${machine}`)
      .join("\n"),
    ...(missing.length === 0 ? [] : [
      `Did not take part:\n\n${
        missing.map(([who, why]) => `- ${escapeLine(who)}: ${escapeLine(why)}`).join("\n")
      }`,
    ]),
  ].join("\n\n");
}

function rowsOf(work: WorkFigures): string[][] {
  return compareLines(work.players, work).filter(({ role }) => role === "troupe")
    .map((row) => cellsOf(row, work));
}

function cellsOf({ name, ...row }: Row, work: WorkFigures): string[] {
  return [
    escapeLine(work.title),
    escapeLine(name),
    ...[row.median, row.min, row.max].map((value) => formatFigure(value, work)),
    ...[row.toRaw, row.toByHand, row.toPeer].map(formatRatio),
  ];
}

/** Keeps what others have written from being taken for Markdown. */
function escapeLine(text: string): string {
  return text.replace(/[\\`*<>|[\]]/g, "\\$&");
}
