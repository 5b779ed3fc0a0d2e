/** Runs the examples of shared memory, each as the program that it is. */
import { assert, assertEquals } from "@std/assert";
import { assertHaveTasks, assertShows, linesOf } from "./example_program.ts";
import { programTest } from "../program.ts";

/** Fails unless a text is a whole number from 1 to `most`: updates were lost, or by chance none. */
function assertBetween1And(most: number, text: string): void {
  const total = Number(text);
  assert(Number.isInteger(total) && total >= 1 && total <= most, `${text} is from 1 to ${most}`);
}

const EXACT = [
  {
    example: "shared_types",
    output: [
      "i8: -128 to 127, then -128",
      "u8: 0 to 255, then 0",
      "i32: -2147483648 to 2147483647, then -2147483648",
      "u32: 0 to 4294967295, then 0",
      "i64: -9223372036854775808 to 9223372036854775807, then -9223372036854775808",
      "f32: 0.1 reads back 0.10000000149011612",
      "f64: 0.1 reads back 0.1",
      'u16: 99 is the character "c"',
    ],
  },
  {
    example: "shared_array",
    output: [
      "From values: [ 1, 2, 3, 4, 5 ]",
      "By length: [ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 ]",
      "Filled by a task: [ 10, 11, 12, 13, 14 ]",
      "Incremented by ten tasks: [ 10, 10, 10, 10, 10 ]",
      "Changed by a task: 3.1415927 [ 0, -1, -2, -3, -4, -5, -6, -7, -8, -9 ]",
    ],
  },
  {
    example: "shared_squares",
    output: ["worker", "main program"].flatMap((where) => [
      `Squares in the ${where}: [1, 4, 9]`,
      `Sum of squares in the ${where}: 14`,
    ]),
  },
  {
    example: "shared_records",
    output: [
      "49",
      "0.1111111111111111",
      "HELLO WORLD",
      "(3.515625, 39.0625) (33.0625, 4) (5.640625, 90.25)",
    ],
  },
  {
    example: "named_memory",
    output: [
      "Before: [ 1, 2, 3, 4, 5 ]",
      "After: [ 2, 4, 6, 8, 10 ]",
      "Bytes through the second handle: [ 22, 33, 44, 55, 100 ]",
      "Text through the first handle: howdy",
      "After an error inside: NotFound",
      "After the scope: NotFound",
    ],
  },
  {
    example: "quarters",
    output: [
      "[ 0, 1, 4, 9, 16, 25, 36, 49, 64, 81 ]",
      "Element 249999: 62499500001",
      "Element 250000: 62500000000",
      "Element 999999: 999998000001",
    ],
  },
  {
    example: "shared_list",
    output: [
      "Types: string Uint8Array number number null boolean number",
      "Element 2: -273.154",
      "Element 2: -78.5",
      "Element 2: dry ice",
      "Refused: Cannot set element 2 of SharedList: its slot has 8 bytes, received 12",
      "Element 2: dry ice",
      "Length 7, 42 is at 6, howdy as bytes 0 times, HoWdY as bytes 1 times",
      "Element 4 through the other handle: -999",
    ],
  },
];

programTest.each(EXACT)(
  "example $example prints exactly its output",
  async ({ example, output }) => {
    assertEquals(await linesOf(example), output);
  },
);

Deno.test.each(EXACT)("example $example says what it prints", async ({ example, output }) => {
  await assertShows(example, output);
});

programTest("example shared_counter is exact with a lock, and in range without one", async () => {
  const [racy, ...exact] = await linesOf("shared_counter");
  assertEquals(exact, ["With a lock: 200000", "With its own lock: 200000", "In one step: 200000"]);
  assertBetween1And(200_000, racy!.replace("Without a lock: ", ""));
});

programTest("example lost_updates is exact with a lock, and in range without one", async () => {
  const [exact, racy, ...rest] = await linesOf("lost_updates");
  assertEquals([exact, rest], ["With lock: 200000 (expected 200000)", []]);
  const total = /^Without lock: (\d+) \(may be < 200000\)$/.exec(racy!)?.[1];
  assertBetween1And(200_000, total!);
});

programTest("example whole_lines prints ten whole lines, each once", async () => {
  const lines = await linesOf("whole_lines");
  assertEquals(lines.toSorted(), Array.from({ length: 10 }, (_, i) => `hello world ${i}`));
});

Deno.test("deno.json has a task for each example of shared memory, which may only read", async () => {
  const others = ["shared_counter", "lost_updates", "whole_lines"];
  await assertHaveTasks([...EXACT.map(({ example }) => example), ...others]);
});
