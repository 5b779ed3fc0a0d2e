/**
 * Runs examples as their readers do, and compares them with what they say about themselves.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "../program.ts";

const EXAMPLES = `${import.meta.dirname}/../../examples`;

/** The lines that an example prints; it must end by itself, without a complaint. */
export async function linesOf(example: string, args: string[] = []): Promise<string[]> {
  const program = `${EXAMPLES}/${example}/main.ts`;
  const { code, stdout, stderr } = await runProgram(program, { args });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assert(stdout.endsWith("\n"), "the output ends with a whole line");
  return stdout.slice(0, -1).split("\n");
}

/** Fails unless the head of an example shows these lines as its output. */
export async function assertShows(example: string, lines: readonly string[]): Promise<void> {
  const source = await Deno.readTextFile(`${EXAMPLES}/${example}/main.ts`);
  assertStringIncludes(source, lines.map((line) => ` *     ${line}\n`).join(""));
}

/** Fails unless `deno.json` has a task for each example, which may only read. */
export async function assertHaveTasks(examples: readonly string[]): Promise<void> {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${EXAMPLES}/../deno.json`));
  for (const name of examples) {
    assertEquals(tasks[`example:${name}`], `deno run --allow-read examples/${name}/main.ts`);
  }
}
