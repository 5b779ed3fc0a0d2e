/**
 * Runs the tests and every example of the docs, two processes at a time, and says what took longest:
 *
 *     deno task test [--slow] [arguments of deno test]
 *     deno task test:threads
 *
 * Processes, because locks belong to a whole process: the leak check of `testing.ts` could not tell whose they are. With
 * arguments, such as files, there is one process.
 *
 * @module
 */

/** How `deno test` is called. */
export const TEST_ARGS: readonly string[] = [
  "test",
  "--doc",
  "--no-check",
  "--trace-leaks",
  "--shuffle",
  "--permit-no-files",
  "--preload=./tests/testing.ts",
  "--allow-read",
  "--allow-write=.tmp",
  "--allow-net=127.0.0.1",
  "--allow-env=CI,CHROMIUM_PATH,DENO_DIR,HOME,PATH,TROUPE_TEST",
  "--allow-run",
];

/** Whether tests that are usually simulated run on real threads, and they alone; `simulated()` names them so. */
const ON_THREADS = Deno.env.get("TROUPE_TEST") === "threads";

const JOBS = 2;
const root = new URL("../", import.meta.url);

/** What `deno test` is called with one time after the other: first the folders with examples in docs. */
async function* batches(): AsyncGenerator<string[]> {
  if (ON_THREADS) return yield* split(await simulatedTests());
  const files = [];
  const folders = [];
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    if (isDirectory && !name.startsWith(".") && name !== "tests") folders.push(name);
    if (/\.(ts|md)$/.test(name)) files.push(name);
  }
  yield* folders.map((folder) => [folder]);
  yield files;
  yield* split(await testsIn("tests"));
}

/** The files of which all or some tests are usually simulated. */
async function simulatedTests(): Promise<string[]> {
  const tests = await testsIn("tests");
  const texts = await Promise.all(tests.map((test) => Deno.readTextFile(new URL(test, root))));
  return tests.filter((_, at) => texts[at]!.includes("/simulated.ts"));
}

/** Shares them out by chance. */
function* split(tests: string[]): Generator<string[]> {
  for (let at = tests.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [tests[at], tests[other]] = [tests[other]!, tests[at]!];
  }
  // Fewer at the end, so that the processes end at about the same time.
  while (tests.length > 0) yield tests.splice(0, Math.ceil(tests.length / (6 * JOBS)));
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
  async test(args: readonly string[], stdout: "inherit" | "piped"): Promise<void> {
    const report = this.#report === null ? null : `${this.#report}/${++this.#batches}.xml`;
    const flags = report === null ? [] : [`--junit-path=${report}`];
    if (ON_THREADS) flags.push("--filter=, on threads");
    const child = new Deno.Command(Deno.execPath(), {
      args: [...TEST_ARGS, ...flags, ...args],
      cwd: root,
      stdout,
      stderr: stdout,
    });
    if (stdout === "inherit") {
      this.isOk = (await child.spawn().status).success;
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

if (import.meta.main) {
  const args = Deno.args.filter((arg) => arg !== "--slow");
  const isSlow = args.length < Deno.args.length;
  await Deno.mkdir(new URL(".tmp", root), { recursive: true });
  const report = isSlow ? await Deno.makeTempDir({ dir: new URL(".tmp", root).pathname }) : null;
  const run = new Run(report);
  const start = performance.now();
  if (args.length > 0) {
    await run.test(args, "inherit");
  } else {
    const all = batches();
    const job = async () => {
      for await (const batch of all) await run.test(batch, "piped");
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
