/**
 * Makes one line of the sources wrong at a time, and says whether a test notices:
 *
 *     deno task test:mutation [--count 20] [--seed 1] [--seconds 120] [folder or file ...]
 *
 * Mutants are drawn from the folders of `areas.ts`, or from what is named. Each is put into a copy of the checkout below
 * `.tmp/`, where the area's test files run one after the other until one fails. The test that does has to fail alone,
 * too: on a busy machine one can fail for lack of time.
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

/** How a test file ended. */
interface Run {
  readonly end: "ok" | "killed" | "timed out";
  /** The test that failed. */
  readonly name?: string;
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
      const { end, name } = await this.#twice(test, seconds);
      await Deno.writeTextFile(path, text);
      if (end === "ok") this.#sound.add(test);
      else if (!await this.#passes(test, seconds)) return `VOID (${test})`;
      else return name === undefined ? `${end} (${test})` : `${end}: ${name} (${test})`;
    }
    return "SURVIVED";
  }

  /** Whether a test file passes without a mutant. */
  async #passes(test: string, seconds: number): Promise<boolean> {
    if (!this.#sound.has(test) && (await this.#run(test, seconds)).end === "ok") {
      this.#sound.add(test);
    }
    return this.#sound.has(test);
  }

  /** Runs a test file; the test that failed has to fail when it runs alone, too. */
  async #twice(test: string, seconds: number): Promise<Run> {
    const first = await this.#run(test, seconds);
    if (first.name === undefined) return first;
    const { end } = await this.#run(test, seconds, ["--filter", first.name]);
    return { ...first, end };
  }

  async #run(test: string, seconds: number, more: string[] = []): Promise<Run> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...TEST_ARGS, "--fail-fast", ...more, `${test}_test.ts`],
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
    if (isLate) return { end: "timed out" };
    if (success) return { end: "ok" };
    const [, name] = new TextDecoder().decode(stdout).match(/^(\S.*) \.\.\. FAILED/m) ?? [];
    return { end: "killed", ...name !== undefined && { name } };
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
