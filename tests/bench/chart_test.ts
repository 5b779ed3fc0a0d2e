import { assertEquals, assertStringIncludes } from "@std/assert";
import { chartOf } from "../../bench/report/chart.ts";
import { RATE } from "../../bench/harness/workload.ts";

Deno.test("chartOf() draws a bar for each player, the longest for the most", () => {
  const svg = chartOf("group", [{
    title: "work",
    measures: [RATE],
    outcomes: [
      { name: "half", role: "raw", figures: [[50]] },
      { name: "all", role: "troupe", figures: [[100]] },
    ],
  }]);
  const widths = Array.from(
    svg.matchAll(/<rect[^>]* width="(\d+)"/g),
    ([, width]) => Number(width),
  );
  assertEquals(widths, [190, 380]);
});

Deno.test("chartOf() escapes names", () => {
  const outcomes = [{ name: "a < b & c", role: "raw", figures: [[1]] }] as const;
  const svg = chartOf("group", [{ title: "x -> y", measures: [RATE], outcomes }]);
  assertStringIncludes(svg, "a &lt; b &amp; c");
  assertStringIncludes(svg, "x -&gt; y");
});
