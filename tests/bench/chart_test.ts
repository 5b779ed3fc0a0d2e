import { assertEquals, assertStringIncludes } from "@std/assert";
import { chartOf } from "../../bench/report/chart.ts";

Deno.test("chartOf() draws a bar for each player, the longest for the most", () => {
  const svg = chartOf("group", [{
    title: "work",
    unit: "/s",
    best: "most",
    players: [
      { name: "half", role: "raw", median: 50, min: 40, max: 200 },
      { name: "all", role: "troupe", median: 100, min: 90, max: 110 },
    ],
  }]);
  const widths = Array.from(
    svg.matchAll(/<rect[^>]* width="(\d+)"/g),
    ([, width]) => Number(width),
  );
  assertEquals(widths, [190, 380]);
});

Deno.test("chartOf() escapes names", () => {
  const players = [{ name: "a < b & c", role: "raw", median: 1, min: 1, max: 1 }] as const;
  const svg = chartOf("group", [{ title: "x -> y", unit: "/s", best: "most", players }]);
  assertStringIncludes(svg, "a &lt; b &amp; c");
  assertStringIncludes(svg, "x -&gt; y");
});
