import { fileURLToPath } from "node:url";
import type { Checkout } from "./checkout.ts";
import { type Answer, linesOf, type Step, stepOf } from "./lockstep.ts";

/** Where a checkout may have what makes the players take turns. */
const PLAYS = ["bench/play.ts", "bench/harness/play.ts"];

/** The benchmarks of one checkout, in a process of their own, a step at a time. */
export class BenchProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: AsyncGenerator<string>;

  private constructor(name: string, child: Deno.ChildProcess) {
    this.#name = name;
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#lines = linesOf(child.stdout);
  }

  /** Starts one group of a checkout's benchmarks, with {@linkcode play} of `lockstep_play.ts` in place of its own. */
  static async start({ name, folder }: Checkout, group: string, isQuick: boolean) {
    const importMap = await importMapFor(folder);
    const args = ["run", "--quiet", "--no-check", `--config=${fileURLToPath(folder)}deno.json`];
    args.push(`--import-map=${importMap}`, "--no-lock", "--allow-all", "--v8-flags=--expose-gc");
    args.push(new URL("bench/main.ts", folder).href, group, "--no-peers", "--no-write");
    if (isQuick) args.push("--quick");
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: fileURLToPath(folder),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    });
    return new BenchProcess(name, command.spawn());
  }

  /** The next step; `null` at the end. */
  async next(): Promise<Step | null> {
    for (let line = await this.#lines.next(); !line.done; line = await this.#lines.next()) {
      const step = stepOf(line.value);
      if (step !== null) return step;
    }
    const { success, code } = await this.#child.status;
    if (success) return null;
    throw new Error(`The benchmarks of ${this.#name} ended with code ${code}`);
  }

  /** Answers the last step. */
  async answer(answer?: Answer): Promise<void> {
    const line = JSON.stringify(answer ?? null);
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The benchmark ends when nobody answers any more.
    await this.#input.close().catch(() => {}); // It has ended already.
    await this.#child.status;
    await this.#lines.return(undefined);
  }
}

/** Writes the import map of a checkout that replaces its `play.ts`; gives the path. */
async function importMapFor(folder: URL): Promise<string> {
  const own = new URL("deps/npm.json", folder);
  const { imports } = JSON.parse(await Deno.readTextFile(own));
  const names = Object.entries<string>(imports).map(([name, to]) => [name, new URL(to, own).href]);
  const { name, exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", folder)));
  const entries = Object.entries<string>(exports).map(([entry, to]) => {
    return [name + entry.slice(1), new URL(to, folder).href];
  });
  const play = new URL("./lockstep_play.ts", import.meta.url).href;
  const plays = PLAYS.map((path) => [new URL(path, folder).href, play]);
  const path = new URL(".tmp/compare_map.json", folder);
  await Deno.mkdir(new URL("./", path), { recursive: true });
  const map = { imports: Object.fromEntries([...names, ...entries, ...plays]) };
  await Deno.writeTextFile(path, JSON.stringify(map));
  return fileURLToPath(path);
}
