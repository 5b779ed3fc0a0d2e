/**
 * Programs that run in processes of their own.
 *
 * @module
 */
import { IN_A_PROCESS, part } from "./parts.ts";
import { within } from "./testing.ts";

/** How a test is declared that starts programs. */
export interface ProgramTestOptions {
  /** Whether it is left out, and said so. */
  readonly ignore?: boolean;
}

/** A test that starts processes: `deno task test` leaves it out, `deno task test:programs` runs it. */
export function programTest(
  name: string,
  fn: (t: Deno.TestContext) => Promise<void>,
  { ignore = false }: ProgramTestOptions = {},
): void {
  if (part === "quick") return;
  Deno.test({ name: name + IN_A_PROCESS, ignore, fn });
}

/** The same for each row of a table, whose fields are in the name. */
programTest.each = <R>(rows: readonly R[]) =>
(
  name: string,
  fn: (...row: R extends readonly unknown[] ? R : [R]) => Promise<void>,
): void => {
  if (part === "quick") return;
  Deno.test.each(rows)(name + IN_A_PROCESS, fn as (...row: unknown[]) => Promise<void>);
};

/** How a program ended and what it printed. */
export interface ProgramResult {
  /** Exit code; 128 plus the signal's number when a signal ended it. */
  code: number;
  /** Everything printed to standard output. */
  stdout: string;
  /** Everything printed to standard error. */
  stderr: string;
}

/** Options for {@linkcode runProgram}. */
export interface RunProgramOptions {
  /** Flags of `deno run`, such as permissions. */
  flags?: string[];
  /** Arguments of the program. */
  args?: string[];
  /** Folder to run it in (default: that of the caller). */
  cwd?: string;
  /** Kill it and reject after so many milliseconds (default: 30 000). */
  timeoutMs?: number;
}

/** Runs a module with `deno run` in a process of its own. */
export async function runProgram(
  module: string,
  { flags = ["--allow-read"], args = [], cwd, timeoutMs = 30_000 }: RunProgramOptions = {},
): Promise<ProgramResult> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...flags, module, ...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  try {
    const { code, stdout, stderr } = await within(timeoutMs, `the end of ${module}`, output);
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } catch (error) {
    child.kill("SIGKILL");
    await output;
    throw error;
  }
}
