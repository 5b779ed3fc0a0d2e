/**
 * Makes one line of the sources wrong at a time, and says whether a test notices:
 *
 *     deno task test:mutation [--count 20] [--seed 1] [--seconds 120] [folder or file ...]
 *
 * Mutants are drawn from the folders of `areas.ts`, or from what is named. Each is put into a copy of the checkout below
 * `.tmp/`, where the area's test files run one after the other until one fails; the test that does is named, because on
 * a busy machine one can fail for lack of time.
 *
 * `timed out` is a file that took longer than `--seconds`: noticed, too, but by hanging. `VOID` is one that fails without
 * the mutant. What survived shows a missing test, unless the line means the same, or a file that its area lacks.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { seededRandom } from "../channels/random_value.ts";
import { TEST_ARGS } from "../run.ts";
import { type Area, areas } from "./areas.ts";

/** One line made wrong. */
interface Mutant {
  readonly area: Area;
  /** Path in the checkout. */
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

interface Place {
  readonly line: number;
  readonly col: number;
}

interface Diagnostic {
  readonly filename: string;
  readonly range: { readonly start: Place; readonly end: Place };
  readonly message: string;
}

const root = new URL("../../", import.meta.url);
async function mutantsIn(area: Area): Promise<Mutant[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["lint", "--config", "tests/mutation/lint.json", "--json", area.folder],
    cwd: root,
    stderr: "null",
  }).output();
  const { diagnostics } = JSON.parse(new TextDecoder().decode(stdout));
  const mutants = [];
  for (const { filename, range: { start, end }, message } of diagnostics as Diagnostic[]) {
    if (start.line !== end.line) continue;
    const lines = (await Deno.readTextFile(new URL(filename))).split("\n");
    const before = lines[start.line - 1]!;
    const after = before.slice(0, start.col) + message + before.slice(end.col);
    mutants.push({ area, file: filename.slice(root.href.length), line: start.line, before, after });
  }
  return mutants;
}

/** Whether one of two paths is the other one, or in it. */
function overlap(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

/** So many of all, each at most once; the same for the same seed. */
function draw<T>(all: T[], count: number, seed: number): T[] {
  const random = seededRandom(seed);
  const drawn = [];
  while (drawn.length < count && all.length > 0) {
    drawn.push(...all.splice(Math.floor(random() * all.length), 1));
  }
  return drawn;
}

class Copy implements AsyncDisposable {
  /** Test files that have passed here. */
  readonly #sound = new Set<string>();
  readonly #path = `${root.pathname}.tmp/mutation-${Deno.pid}`;

  async make(): Promise<void> {
    await Deno.mkdir(this.#path, { recursive: true });
    const sources = Array.from(Deno.readDirSync(root), ({ name }) => name)
      .filter((name) => !name.startsWith(".")).map((name) => root.pathname + name);
    await new Deno.Command("cp", { args: ["-r", ...sources, this.#path] }).output();
  }

  async try({ area, file, line, after }: Mutant, seconds: number): Promise<string> {
    const path = `${this.#path}/${file}`;
    const text = await Deno.readTextFile(path);
    const mutated = text.split("\n").with(line - 1, after).join("\n");
    for (const test of area.tests) {
      await Deno.writeTextFile(path, mutated);
      const end = await this.#run(`${test}_test.ts`, seconds);
      await Deno.writeTextFile(path, text);
      if (end === "ok") this.#sound.add(test);
      else return await this.#passes(test, seconds) ? `${end} (${test})` : `VOID (${test})`;
    }
    return "SURVIVED";
  }

  /** Whether a test file passes without a mutant. */
  async #passes(test: string, seconds: number): Promise<boolean> {
    if (!this.#sound.has(test) && await this.#run(`${test}_test.ts`, seconds) === "ok") {
      this.#sound.add(test);
    }
    return this.#sound.has(test);
  }

  /** How a test file ends; what is after a colon is the test that failed. */
  async #run(file: string, seconds: number): Promise<string> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...TEST_ARGS, "--fail-fast", file],
      cwd: this.#path,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, seconds * 1_000);
    const { success, stdout } = await child.output();
    clearTimeout(timer);
    if (isLate) return "timed out";
    if (success) return "ok";
    const [, test] = new TextDecoder().decode(stdout).match(/^(.+) \.\.\. FAILED/m) ?? [];
    return test === undefined ? "killed" : `killed: ${test}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { count: { type: "string" }, seed: { type: "string" }, seconds: { type: "string" } },
  });
  const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  const seconds = Number(values.seconds ?? 120);
  const isChosen = (path: string) =>
    positionals.length === 0 || positionals.some((name) => overlap(name, path));
  const all = [];
  // One after the other: what several of them print at once may be cut off.
  for (const area of areas.filter(({ folder }) => isChosen(folder))) {
    all.push(...(await mutantsIn(area)).filter(({ file }) => isChosen(file)));
  }
  const drawn = draw(all, Number(values.count ?? 20), seed);
  console.log(`${drawn.length} mutants of ${all.length}, seed ${seed}`);
  await using copy = new Copy();
  await copy.make();
  const counts: Record<string, number> = {};
  for (const mutant of drawn) {
    const end = await copy.try(mutant, seconds);
    const [kind] = end.split(/:| \(/) as [string];
    counts[kind] = (counts[kind] ?? 0) + 1;
    console.log(`${end}: ${mutant.file}:${mutant.line}`);
    console.log(`  - ${mutant.before.trim()}\n  + ${mutant.after.trim()}`);
  }
  console.log(counts);
}
