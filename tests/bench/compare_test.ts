import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { compareFigures } from "../../bench/compare.ts";
import { lineOf, linesOf, stepOf } from "../../bench/harness/lockstep.ts";
import { RATE } from "../../bench/harness/workload.ts";
import { git, testWith } from "../needs.ts";
import { programTest, runProgram } from "../program.ts";

const MAIN = new URL("../../bench/compare.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--allow-read", "--allow-write=.tmp", "--allow-run"];

async function compare(...args: string[]) {
  return await runProgram(MAIN, { flags: FLAGS, args, timeoutMs: 120_000 });
}

testWith(git, "bench:compare plays each workload of two checkouts in turn", async () => {
  const { code, stdout, stderr } = await compare("HEAD", "one-thread", "--quick");
  assertEquals({ code, stderr }, { code: 0, stderr: "" }, stdout);
  const rows = stdout.matchAll(/^ {2}Troupe +\d.* +\d+\.\d+ +\d+\.\d+$/gm);
  assertEquals(Array.from(rows).length, 11, stdout);
  assertMatch(stdout, /^ping-pong between two actors\n +before +now +median +best\n/m);
});

testWith(git, "bench:compare refuses a commit that there is not", async () => {
  const { code, stderr } = await compare("0123456789", "one-thread");
  assertEquals(code, 1);
  assertStringIncludes(stderr, 'Cannot compare: git knows no commit "0123456789"');
});

programTest.each([
  { args: [], why: "name the commit to compare with" },
  { args: ["HEAD", "nothing"], why: 'there is no group "nothing": known are one-thread,' },
  { args: ["HEAD", "--rounds", "0"], why: "--rounds must be a whole number of at least 1" },
])("bench:compare $args says what is wrong", async ({ args, why }) => {
  const { code, stderr } = await compare(...args);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot compare: ${why}`);
});

Deno.test("compareFigures() tells how many times as good it is now", () => {
  const rates = compareFigures([100, 200, 300], [100, 400, 450], RATE);
  assertEquals(rates, ["200/s", "400/s", "2.00", "1.50"]);
  const times = compareFigures([4, 2, 8], [2, 4, 2], { name: "p50", unit: "us", best: "least" });
  assertEquals(times, ["4 us", "2 us", "2.00", "1.00"]);
});

Deno.test("linesOf() joins what comes in pieces, and stepOf() leaves out what is for people", async () => {
  const step = { kind: "played", figures: [1] } as const;
  const text = new TextEncoder().encode(`for people\n${lineOf(step)}\nlast`);
  const pieces = ReadableStream.from(Array.from(text, (byte) => new Uint8Array([byte])));
  const lines = await Array.fromAsync(linesOf(pieces));
  assertEquals(lines.map(stepOf), [null, step, null]);
});
