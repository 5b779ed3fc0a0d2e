/**
 * Runs servers as their users do: as processes of their own.
 *
 * @module
 */
import { within } from "../testing.ts";

/** How to run a {@linkcode ServerProgram}. */
export interface ServerProgramOptions {
  /** Flags of `deno run`, such as permissions. */
  readonly flags: readonly string[];
  /** Arguments of the program. */
  readonly args: readonly string[];
}

/** A program while it runs; killed at the end of the `await using` scope if need be. */
export class ServerProgram implements AsyncDisposable {
  #child: Deno.ChildProcess;
  #stdout: TextWatch;
  #stderr: TextWatch;

  constructor(module: string, { flags, args }: ServerProgramOptions) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", ...flags, module, ...args],
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

  /** The first address that it prints to standard output. */
  async url(): Promise<string> {
    const [url] = await within(30_000, "the address", this.#stdout.match(/http:\S+/));
    return url;
  }

  /** Resolves to the match when it has printed this to standard error. */
  async complained(pattern: RegExp): Promise<RegExpExecArray> {
    return await within(30_000, `${pattern} on standard error`, this.#stderr.match(pattern));
  }

  /** Sends it Ctrl-C and resolves to its exit code. */
  async interrupt(): Promise<number> {
    this.#child.kill("SIGINT");
    return (await within(20_000, "the end after Ctrl-C", this.#child.status)).code;
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
