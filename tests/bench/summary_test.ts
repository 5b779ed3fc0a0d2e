import { assertEquals } from "@std/assert";
import { markdownTable, tableOf } from "../../bench/report/table.ts";
import { type Measure, type Outcome, RATE, type Role } from "../../bench/harness/workload.ts";
import { summarize } from "../../bench/report/summary.ts";

const TIME: Measure = { name: "time", unit: "ms", best: "least" };

function outcome(name: string, role: Role, ...figures: number[]): Outcome {
  return { name, role, figures: figures.map((figure) => [figure]) };
}

Deno.test("summarize() compares the best rounds with the best raw code and the best peer", () => {
  const result = {
    title: "work",
    measures: [RATE],
    outcomes: [
      outcome("raw", "raw", 90, 100, 80),
      outcome("own", "troupe", 300, 100, 200),
      outcome("slow", "peer", 50, 50, 50),
      outcome("fast", "peer", 60, 150, 60),
    ],
  };
  const [, own] = summarize(result, RATE);
  assertEquals(own, {
    name: "own",
    role: "troupe",
    median: 200,
    min: 100,
    max: 300,
    best: 300,
    toRaw: 3,
    toByHand: null,
    toPeer: 2,
  });
});

Deno.test("summarize() takes less time for better", () => {
  const outcomes = [outcome("raw", "raw", 10, 20), outcome("own", "troupe", 5, 40)];
  const [, own] = summarize({ title: "work", measures: [TIME], outcomes }, TIME);
  assertEquals([own!.best, own!.toRaw], [5, 2]);
});

Deno.test("summarize() leaves out who has no figures", () => {
  const outcomes = [outcome("own", "troupe", 5), outcome("broken", "peer")];
  const rows = summarize({ title: "work", measures: [TIME], outcomes }, TIME);
  assertEquals(rows.map(({ name }) => name), ["own"]);
});

Deno.test("tableOf() shows ratios only to what there is", () => {
  const outcomes = [outcome("raw", "raw", 1_000), outcome("own", "troupe", 2_500)];
  const table = tableOf({ title: "work", measures: [RATE], outcomes }, RATE);
  assertEquals(
    markdownTable(table),
    [
      "|     |  median |     min |     max | to raw |",
      "| --- | ------- | ------- | ------- | ------ |",
      "| raw | 1 000/s | 1 000/s | 1 000/s |   1.00 |",
      "| own | 2 500/s | 2 500/s | 2 500/s |   2.50 |",
    ].join("\n"),
  );
});
