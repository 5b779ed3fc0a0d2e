import { assertEquals } from "@std/assert";
import { judge, type Sample } from "../../bench/soak/judge.ts";

const MEBIBYTE = 2 ** 20;

function sample(over: Partial<Sample> = {}): Sample {
  const heap = { heapBytes: 10 * MEBIBYTE, rssBytes: 200 * MEBIBYTE };
  return { p50Ms: 0.2, p99Ms: 3, threads: 4, ...heap, ...over };
}

Deno.test("judge() finds nothing in figures that stay as they are", () => {
  assertEquals(judge(Array.from({ length: 10 }, () => sample())), []);
});

Deno.test.each(
  [
    { key: "p50Ms", step: 2 },
    { key: "p99Ms", step: 60 },
    { key: "heapBytes", step: 3 * MEBIBYTE },
    { key: "rssBytes", step: 60 * MEBIBYTE },
    { key: "threads", step: 1 },
  ] as const,
)("judge() names $key when it grows from sample to sample", ({ key, step }) => {
  const samples = Array.from({ length: 10 }, (_, index) => {
    return sample({ [key]: sample()[key] + index * step });
  });
  assertEquals(judge(samples).length, 1);
});

Deno.test("judge() forgives a slow moment, and a slow start", () => {
  const slow = sample({ p50Ms: 500, p99Ms: 5_000 });
  const steady = Array.from({ length: 6 }, () => sample());
  assertEquals(judge([slow, ...steady, slow]), []);
});

Deno.test("judge() says nothing about too few samples", () => {
  assertEquals(judge([sample(), sample({ threads: 100 })]), []);
});
