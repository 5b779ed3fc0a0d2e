/** Runs the examples of pools, each as the program that it is. */
import { assertEquals, assertMatch } from "@std/assert";
import { programTest } from "../program.ts";
import { scratchFolder } from "../testing.ts";
import { assertHaveTasks, assertShows, linesOf } from "./example_program.ts";

const NUMBERS = "0, 1, 4, 9, 16, 25, 36, 49, 64, 81";

const EXACT = [
  {
    example: "in_place",
    output: ["Squares: [ 0, 1 ]", "A: [ 3, 4 ]"],
  },
  {
    example: "isolation",
    output: [
      "Counter: 0",
      "Answer using first process: [25, 100, 225]",
      "Answer using main program: []",
      "Called here, A is [3, 4]",
      "Mapped by a pool to [0, 1], A is [1, 2]",
    ],
  },
  {
    example: "give_back",
    output: [
      "Written back by index: A is [3, 4], the results are [0, 1]",
      "Replaced by the results: A is [3, 4]",
    ],
  },
  {
    example: "pool_tour",
    output: [
      "Five workers map to 1, 4, 9",
      "10 squared is 100",
      `In order: ${NUMBERS}`,
      `In any order, sorted: ${NUMBERS}`,
      "20 squared is 400",
      "Ten seconds are too long: TimeoutError",
      "The pool still works: 0, then 1, then 4",
      "Cannot run task: the pool is closed",
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

programTest("example greet greets bob, then one time for each name", async () => {
  const [first, ...others] = await linesOf("greet");
  assertEquals(first, "hello bob");
  assertEquals(others.sort(), [
    "hello from a queue, ann",
    "hello from a queue, cleo",
    "hello from a queue, dan",
  ]);
});

programTest("example word_count counts the words of a folder", async () => {
  await using folder = await scratchFolder();
  await Deno.mkdir(`${folder.path}/deep/.hidden`, { recursive: true });
  await Deno.writeTextFile(`${folder.path}/one.txt`, "The cat and the dog.\n");
  await Deno.writeTextFile(`${folder.path}/deep/two.md`, "# THE dog");
  await Deno.writeTextFile(`${folder.path}/deep/.hidden/three.md`, "the the the");
  await Deno.writeTextFile(`${folder.path}/image.png`, "the the the");
  assertEquals(await linesOf("word_count", [folder.path]), [
    "7 words in 2 files",
    "      3 the",
    "      2 dog",
    "      1 and",
    "      1 cat",
  ]);
});

programTest("example word_count counts the sources of this repository", async () => {
  const [total, ...words] = await linesOf("word_count");
  assertMatch(total!, /^\d{5,} words in \d{3,} files$/);
  assertEquals(words.length, 10);
});

Deno.test("deno.json has a task for each example of pools, which may only read", async () => {
  await assertHaveTasks([...EXACT.map(({ example }) => example), "greet", "word_count"]);
});
