/** Runs the examples of managed objects, each as the program that it is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertHaveTasks, assertShows, linesOf } from "./example_program.ts";
import { programTest } from "../program.ts";

const EXACT = [
  {
    example: "managed_list",
    output: ["The list is [3, 4], the results are [0, 1]", "Sorted: [0, 1, 2, 3, 4]"],
  },
  {
    example: "managed_map",
    output: [
      "key_0: 0, key_1: 1, key_2: 4, key_3: 9, key_4: 16",
      "Total entries: 50 (expected 50)",
      ...[0, 1, 2, 3, 4].map((i) => `proc0_key${i}: 0`),
      " ...",
      "proc2_key7: 14",
      "proc4_key9: 36",
    ],
  },
  {
    example: "managed_namespace",
    output: [
      "Numbers: { x: 1, y: 2 } -> { x: 10, y: 20 }",
      "Lists, changed in place: { x: [], y: [] } -> { x: [], y: [] }",
      "Lists, x set again: { x: [], y: [] } -> { x: [ 10 ], y: [] }",
      'Shared: { x: 10, y: "hello" } only here: 12.3, there: undefined',
    ],
  },
  {
    example: "nested_table",
    output: [
      "Before",
      "  namespace { x: 1, y: [ 1 ], z: [ 1 ] }",
      "  list      [ 1, [ 1 ], [ 1 ] ] and a managed list [ 1 ]",
      "  map       [ 1, [ 1 ], [ 1 ] ] and a managed list [ 1 ]",
      "After",
      "  namespace { x: 2, y: [ 1 ], z: [ 2 ] }",
      "  list      [ 2, [ 1 ], [ 2 ] ] and a managed list [ 2 ]",
      "  map       [ 2, [ 1 ], [ 2 ] ] and a managed list [ 2 ]",
    ],
  },
  {
    example: "managed_copies",
    output: [
      "[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]",
      "16 [4, 9, 16]",
      "Equal to a plain list: false, its copy: true",
      "a[0]: [hello], b: [hello]",
      "{ a: 1, b: 2 } { c: 3, z: 26 }",
      "Changed: {} put back: { a: 1 }",
    ],
  },
  {
    example: "managed_collections",
    output: [
      'Map(3) { 1 => "1", 2 => 2, 0.25 => null }',
      "9, 8, 7, 6, 5, 4, 3, 2, 1, 0",
      'Set(2) { "a", "b" }',
    ],
  },
  { example: "managed_queue", output: ["hello"] },
  { example: "custom_class", output: ["7", "56", "Blocking, in a task: 7 56", "Calls: 4"] },
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

programTest(
  "example lost_writes loses at most what was written at once, and nothing after that",
  async () => {
    const [racy = "", ...exact] = await linesOf("lost_writes");
    const [, x, items] = racy.match(/^At once: x = (\d), items = \[(.*)\]$/) ?? [];
    const numbers = [Number(x), ...(items ?? "").split(", ").map(Number)];
    assertEquals(numbers.length, 6);
    for (const n of numbers) assert(n >= 1 && n <= 5, racy);
    assertEquals(
      exact,
      ["One after another", "With a lock", "With update()"].map((title) =>
        `${title}: x = 5, items = [1, 2, 3, 4, 5]`
      ),
    );
  },
);

programTest("example managed_speed shows that shared memory is faster", async () => {
  const [direct = "", managed = "", ...last] = await linesOf("managed_speed");
  assertMatch(direct, /^2000 increments of a SharedValue: [\d.]+ ms$/);
  assertMatch(managed, /^2000 increments of a managed value: [\d.]+ ms$/);
  assertEquals(last, ["The shared memory is faster: true"]);
});

Deno.test("deno.json has a task for each example of managed objects, which may only read", async () => {
  await assertHaveTasks([...EXACT.map(({ example }) => example), "lost_writes", "managed_speed"]);
});
