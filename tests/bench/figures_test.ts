import { assertEquals, assertThrows } from "@std/assert";
import { RATE, type Role } from "../../bench/harness/workload.ts";
import { type Figures, figuresOf, replaceFigures } from "../../bench/report/figures.ts";
import { figuresText } from "../../bench/report/figures_text.ts";

const LATENCY = { name: "p50", unit: "us", best: "least" } as const;

Deno.test("replaceFigures() keeps what stands outside of the marks", () => {
  const text = "# Title\n\n<!-- begin figures -->\n\nold\n\n<!-- end figures -->\n\nBy hand.\n";
  assertEquals(
    replaceFigures(text, "new $& figures"),
    "# Title\n\n<!-- begin figures -->\n\nnew $& figures\n\n<!-- end figures -->\n\nBy hand.\n",
  );
});

Deno.test("replaceFigures() refuses a README without the marks", () => {
  assertThrows(() => replaceFigures("# Title\n", "new"), Error, "The README has no <!-- begin");
});

Deno.test("figuresOf() keeps the figures of each measure by itself", () => {
  const outcomes = [{ name: "own", role: "troupe", figures: [[5, 9], [1, 7], [3, 8]] }] as const;
  const results = [{ title: "work", measures: [RATE, LATENCY], outcomes }];
  const { works, absent } = figuresOf({ results, absent: new Map([["peer", "why"]]) }, ["here"]);
  const line = (median: number, min: number, max: number) => {
    return [{ name: "own", role: "troupe" as Role, median, min, max }];
  };
  assertEquals(works, [
    { title: "work: rate", unit: "/s", best: "most", players: line(3, 1, 5) },
    { title: "work: p50", unit: "us", best: "least", players: line(8, 7, 9) },
  ]);
  assertEquals(absent, { peer: "why" });
});

Deno.test("figuresText() is one table of Troupe's figures, then the machines and who is missing", () => {
  const players = [
    { name: "bare", role: "raw", median: 100, min: 100, max: 100 },
    { name: "Troupe", role: "troupe", median: 200, min: 200, max: 200 },
  ] as const;
  const works = [{ title: "a -> b", unit: "/s", best: "most", players }] as const;
  const figures: Figures = {
    one: { machine: ["here"], works, absent: {} },
    two: { machine: ["here"], works: [], absent: { peer: "not installed" } },
  };
  assertEquals(
    figuresText(figures),
    [
      "| what    |    who | median |   min |   max | to raw | to by hand | to best peer |",
      "| ------- | ------ | ------ | ----- | ----- | ------ | ---------- | ------------ |",
      "| a -\\> b | Troupe |  200/s | 200/s | 200/s |   2.00 |            |              |",
      "",
      "- one, two:",
      "  - here",
      "",
      "Did not take part:",
      "",
      "- peer: not installed",
    ].join("\n"),
  );
});
