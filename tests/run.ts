/**
 * Runs the tests, several processes at a time, and says what took longest:
 *
 *     deno task test [--slow] [arguments of deno test]    what starts no process of its own
 *     deno task test:programs                             what does, and every example of the docs
 *     deno task test:threads                              what is usually simulated, on real threads
 *     deno task test:all                                  all three
 *
 * Processes, because locks belong to a whole process: the leak check of `testing.ts` could not tell whose they are. The
 * files of one process share a thread (`batch.ts`), except those that start processes. With arguments, such as files,
 * there is one process, in which each file has a thread of its own.
 *
 * @module
 */
import { IN_A_PROCESS, ON_THREADS } from "./parts.ts";

/** How `deno test` is called. */
export const TEST_ARGS: readonly string[] = [
  "test",
  "--doc",
  "--no-check",
  "--shuffle",
  "--permit-no-files",
  "--preload=./tests/testing.ts",
  "--allow-read",
  "--allow-write=.tmp",
  "--allow-net=127.0.0.1",
  "--allow-env=CI,CHROMIUM_PATH,DENO_DIR,HOME,PATH,TROUPE_SEED,TROUPE_TEST",
  "--allow-run",
];

/** Some of the tests, and how `deno test` is told which. */
interface Part {
  /** What `TROUPE_TEST` says. */
  readonly env?: "quick" | "threads";
  /** How the names of its tests end. */
  readonly filter?: string;
  /** What `deno test` is called with one time after the other. */
  batches(): AsyncGenerator<string[]>;
}

const WITH_PROGRAMS = /\b(?:programTest|testWith)\b/;
const WITHOUT_PROGRAMS = /\b(?:Deno\.test|simulated)\b/;

const QUICK: Part = {
  env: "quick",
  batches: () =>
    inOneThread(testsOf((text) => !WITH_PROGRAMS.test(text) || WITHOUT_PROGRAMS.test(text))),
};
const DOCS: Part = { batches: docs };
const PROGRAMS: Part = {
  filter: IN_A_PROCESS,
  batches: () => testsOf((text) => WITH_PROGRAMS.test(text)),
};
const THREADS: Part = {
  env: "threads",
  filter: ON_THREADS,
  batches: () => inOneThread(testsOf((text) => text.includes("/simulated.ts"))),
};

/** One more than can run: while a test waits for a thread, those of another process go on. */
const JOBS = navigator.hardwareConcurrency + 1;
const root = new URL("../", import.meta.url);

/** Where there may be examples in docs. */
async function* docs(): AsyncGenerator<string[]> {
  const found = [];
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    const isFolder = isDirectory && !name.startsWith(".") && name !== "tests";
    if (isFolder || /\.(ts|md)$/.test(name)) found.push(name);
  }
  yield* split(found);
}

/** The same batches, whose files share a thread each. */
async function* inOneThread(batches: AsyncGenerator<string[]>): AsyncGenerator<string[]> {
  for await (const files of batches) yield ["tests/batch.ts", "--", ...files];
}

/** Some of the files with tests, by their text: to load one costs as much as a worker. */
async function* testsOf(isOne: (text: string) => boolean): AsyncGenerator<string[]> {
  const tests = await testsIn("tests");
  const texts = await Promise.all(tests.map((test) => Deno.readTextFile(new URL(test, root))));
  yield* split(tests.filter((_, at) => isOne(texts[at]!)));
}

/** Shares them out by chance. */
function* split(tests: string[]): Generator<string[]> {
  for (let at = tests.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [tests[at], tests[other]] = [tests[other]!, tests[at]!];
  }
  // Fewer at the end, so that the processes end at about the same time.
  while (tests.length > 0) yield tests.splice(0, Math.ceil(tests.length / (2 * JOBS)));
}

async function testsIn(folder: string): Promise<string[]> {
  const found = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await testsIn(path));
    else if (name.endsWith("_test.ts")) found.push(path);
  }
  return found;
}

class Run {
  passed = 0;
  failed = 0;
  isOk = true;
  /** Which tests failed, and where they are. */
  readonly failures = new Set<string>();
  readonly #report: string | null;
  readonly #times: { name: string; file: string; seconds: number }[] = [];
  #batches = 0;

  /** @param report Folder for the times of the tests, if they are wanted. */
  constructor(report: string | null) {
    this.#report = report;
  }

  /** Runs one process; its output comes at once, or at its end. */
  async test(
    { env, filter }: Pick<Part, "env" | "filter">,
    args: readonly string[],
    stdout: "inherit" | "piped",
  ): Promise<void> {
    const report = this.#report === null ? null : `${this.#report}/${++this.#batches}.xml`;
    const flags = report === null ? [] : [`--junit-path=${report}`];
    if (filter !== undefined) flags.push(`--filter=${filter}`);
    const child = new Deno.Command(Deno.execPath(), {
      args: [...TEST_ARGS, ...flags, ...args],
      cwd: root,
      ...(env === undefined ? {} : { env: { TROUPE_TEST: env } }),
      stdout,
      stderr: stdout,
    });
    if (stdout === "inherit") {
      const { success } = await child.spawn().status;
      this.isOk &&= success;
    } else {
      const output = await child.output();
      const text = new TextDecoder();
      this.#add(output.success, text.decode(output.stdout) + text.decode(output.stderr));
    }
    if (report !== null) await this.#note(report);
  }

  #add(isOk: boolean, output: string): void {
    this.isOk &&= isOk;
    for (const [failure] of output.matchAll(/^.+ => \.\/.+:\d+:\d+$/gm)) this.failures.add(failure);
    const summary = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed.*\n/gm;
    console.log(
      output.replace(summary, (_line, passed, failed) => {
        this.passed += Number(passed);
        this.failed += Number(failed);
        return "";
      }).trim(),
    );
  }

  async #note(report: string): Promise<void> {
    const text = await Deno.readTextFile(report);
    const cases = text.matchAll(/<testcase name="([^"]*)" classname="([^"]*)" time="([^"]*)"/g);
    for (const [, name = "", file = "", time] of cases) {
      this.#times.push({ name, file, seconds: Number(time) });
    }
  }

  /** The slowest files and tests. */
  printSlow(): void {
    const files = Map.groupBy(this.#times, ({ file }) => file);
    const sums = Array.from(files, ([file, tests]) => ({
      file,
      name: `${tests.length} tests`,
      seconds: tests.reduce((sum, { seconds }) => sum + seconds, 0),
    }));
    for (const list of [sums, this.#times]) {
      const slowest = list.toSorted((a, b) => b.seconds - a.seconds).slice(0, 10);
      console.log(`\n${list === sums ? "Slowest files" : "Slowest tests"}:`);
      for (const { seconds, file, name } of slowest) {
        console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}: ${name}`);
      }
    }
  }
}

/** Which parts are meant by the options of the tasks. */
const OPTIONS: Record<string, readonly Part[]> = {
  "--programs": [DOCS, PROGRAMS],
  "--threads": [THREADS],
  "--all": [QUICK, DOCS, PROGRAMS, THREADS],
};

if (import.meta.main) {
  const options = Deno.args.filter((arg) => arg in OPTIONS);
  const args = Deno.args.filter((arg) => arg !== "--slow" && !(arg in OPTIONS));
  const parts = options.flatMap((option) => OPTIONS[option]!);
  await Deno.mkdir(new URL(".tmp", root), { recursive: true });
  const report = Deno.args.includes("--slow")
    ? await Deno.makeTempDir({ dir: new URL(".tmp", root).pathname })
    : null;
  const run = new Run(report);
  const start = performance.now();
  if (args.length > 0) {
    const named = parts.filter((part) => part !== DOCS);
    for (const part of named.length > 0 ? named : [{}]) {
      await run.test(part, ["--trace-leaks", ...args], "inherit");
    }
  } else {
    const all = (async function* () {
      for (const part of parts.length > 0 ? parts : [QUICK]) {
        for await (const batch of part.batches()) yield { part, batch };
      }
    })();
    const job = async () => {
      for await (const { part, batch } of all) await run.test(part, batch, "piped");
    };
    await Promise.all(Array.from({ length: JOBS }, job));
    const seconds = Math.round((performance.now() - start) / 1_000);
    const time = `${Math.floor(seconds / 60)}m${seconds % 60}s`;
    if (run.failures.size > 0) console.log(`\nFailures:\n${[...run.failures].join("\n")}`);
    console.log(
      `\n${run.isOk ? "ok" : "FAILED"} | ${run.passed} passed | ${run.failed} failed (${time})`,
    );
  }
  if (report !== null) {
    run.printSlow();
    await Deno.remove(report, { recursive: true });
  }
  if (!run.isOk) Deno.exit(1);
}
