/** Runs the examples of queues and pipes, each as the program that it is. */
import { assertEquals } from "@std/assert";
import { assertHaveTasks, assertShows, linesOf } from "./example_program.ts";
import { programTest } from "../program.ts";

/** Lines `first` to `last`, made by `line`. */
function lines(first: number, last: number, line: (n: number) => string): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => line(first + i));
}

const EXACT = [
  { example: "results", output: ['{ "0": 0, "1": 1, "2": 4, "3": 9, "4": 16 }'] },
  {
    example: "large_item",
    output: ["The worker has ended", "Received 1000000 characters, as sent: true"],
  },
  {
    example: "values",
    output: ['From the queue: [ 42, null, "hello" ]', 'From the pipe: [ 42, null, "hello" ]'],
  },
  { example: "pipe_hello", output: ["Received: Hello from sender!", "Received: [1, 2, 3]"] },
  {
    example: "pipe_echo",
    output: [0, 1, 2].flatMap((i) => [
      `Worker received: Main message ${i}`,
      `Main received: Worker reply ${i}`,
    ]),
  },
  {
    example: "squares",
    output: ["3^2 = 9", "7^2 = 49", "11^2 = 121", "15^2 = 225", "20^2 = 400"],
  },
  {
    example: "bytes",
    output: [
      'The worker received [ 1, "hello", null ]',
      'Main received "thank you"',
      "The worker received 20 bytes: 0 1 2 3 4 0 0 0 0 0",
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

programTest.each([{ example: "producer_consumer" }, { example: "sentinel" }])(
  "example $example produces and consumes 1 to 5 in order",
  async ({ example }) => {
    const { Produced, Consumed, ...others } = Object.groupBy(
      await linesOf(example),
      (line) => line.split(":")[0]!,
    );
    assertEquals(Produced, lines(1, 5, (n) => `Produced: ${n}`));
    assertEquals(Consumed, lines(1, 5, (n) => `Consumed: ${n}`));
    assertEquals(others, {});
  },
);

programTest("example as_they_come prints one result for each input", async () => {
  assertEquals((await linesOf("as_they_come")).sort(), [
    '"or not to be" has 4 words',
    '"that is the question" has 4 words',
    '"to be" has 2 words',
  ]);
});

programTest("example multiplex receives all of each sender in order, then its end", async () => {
  const printed = Object.groupBy(await linesOf("multiplex"), (line) => line.split(":")[0]!);
  const all = ["ann", "bob", "cleo", "dan"].map((name) => {
    return [name, [...lines(0, 9, (n) => `${name}: ${n}`), `${name}: end of data`]];
  });
  assertEquals({ ...printed }, Object.fromEntries(all));
});

programTest("example task_queue answers every job exactly once, then all workers end", async () => {
  const answers = await linesOf("task_queue");
  assertEquals(answers.pop(), "All 4 workers have ended");
  assertEquals(
    answers.map((line) => line.replace(/^Worker [1-4] says that /, "")).sort(),
    [
      ...lines(0, 19, (n) => `${n} * 7 = ${n * 7}`),
      ...lines(0, 9, (n) => `${n} + 8 = ${n + 8}`),
    ].sort(),
  );
});

Deno.test("deno.json has a task for each example, which may only read", async () => {
  const names = [
    ...EXACT.map(({ example }) => example),
    ...["producer_consumer", "sentinel", "as_they_come", "multiplex", "task_queue"],
  ];
  await assertHaveTasks(names);
});
