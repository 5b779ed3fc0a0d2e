import { formatFigure, formatRatio } from "./format.ts";
import { type Row, summarize } from "./summary.ts";
import type { Measure, Result } from "../harness/workload.ts";

/** A table: a head and lines of cells. */
export type Table = readonly (readonly string[])[];

/** The table for one measure of a result; ratios are only shown to what there is. */
export function tableOf(result: Result, measure: Measure): Table {
  const rows = summarize(result, measure);
  const ratios =
    ([["to raw", "toRaw"], ["to by hand", "toByHand"], ["to best peer", "toPeer"]] as const).filter(
      ([, key]) => rows.some((row) => row[key] !== null),
    );
  const figure = (value: number) => formatFigure(value, measure);
  const cells = (row: Row) => [
    row.name,
    figure(row.median),
    figure(row.min),
    figure(row.max),
    ...ratios.map(([, key]) => formatRatio(row[key])),
  ];
  return [["", "median", "min", "max", ...ratios.map(([title]) => title)], ...rows.map(cells)];
}

/** What a table for this measure is called: the measure is named where there are several. */
export function titleOf({ title, measures }: Result, measure: Measure): string {
  return measures.length > 1 ? `${title}: ${measure.name}` : title;
}

/** Prints the figures of a workload. */
export function printResult(result: Result): void {
  for (const measure of result.measures) {
    console.log(`\n${titleOf(result, measure)}`);
    for (const line of aligned(tableOf(result, measure))) console.log(`  ${line.join("  ")}`);
  }
}

/** A table in Markdown. */
export function markdownTable(table: Table): string {
  const [head, ...lines] = aligned(table);
  const rule = head!.map((cell) => "-".repeat(cell.length));
  return [head!, rule, ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Every cell of a column as wide as the widest; figures stand at the right. */
export function aligned(table: Table): string[][] {
  const widths = table[0]!.map((_, column) => {
    return Math.max(3, ...table.map((line) => line[column]!.length));
  });
  return table.map((line) =>
    line.map((cell, column) => {
      return column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
    })
  );
}
