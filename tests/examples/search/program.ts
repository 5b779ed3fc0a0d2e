/**
 * Runs the search as its users do: as a process of its own.
 *
 * @module
 */
import { runProgram, within } from "../../testing.ts";

const MAIN = new URL("../../../examples/search/main.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--allow-read", "--allow-net=127.0.0.1"];

/** Runs it to its end. */
export async function search(
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await runProgram(MAIN, { flags: [...FLAGS, ...flags], args: [...args] });
}

/** The search while it runs; killed at the end of the `await using` scope if need be. */
export class SearchProgram implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #stdout: TextWatch;
  #stderr: TextWatch;

  constructor(args: readonly string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...FLAGS, MAIN, ...args],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdout = new TextWatch(this.#child.stdout);
    this.#stderr = new TextWatch(this.#child.stderr);
  }

  /** Everything printed to standard error so far. */
  get stderr(): string {
    return this.#stderr.text;
  }

  /** The address it prints when the index is there. */
  async url(): Promise<string> {
    const [, url] = await within(30_000, "the address", this.#stdout.match(/Search at (\S+)/));
    return url!;
  }

  /** Resolves when it starts to index. */
  async indexing(): Promise<void> {
    await within(30_000, "the start of indexing", this.#stderr.match(/Indexing /));
  }

  /** Sends it Ctrl-C and resolves to its exit code. */
  async interrupt(): Promise<number> {
    this.#child.kill("SIGINT");
    return (await within(5_000, "the end after Ctrl-C", this.#child.status)).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // It has ended already.
    }
    await Promise.all([this.#child.status, this.#stdout.end, this.#stderr.end]);
  }
}

/** Reads a stream of text to its end and tells when a pattern shows up in it. */
class TextWatch {
  text = "";
  readonly end: Promise<void>;
  #onText: (() => void)[] = [];

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.end = this.#read(stream);
  }

  async match(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found !== null) return found;
      await new Promise<void>((resolve) => this.#onText.push(resolve));
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      this.text += chunk;
      for (const resolve of this.#onText.splice(0)) resolve();
    }
  }
}
