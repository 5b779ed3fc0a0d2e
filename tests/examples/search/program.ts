/**
 * Runs the search as its users do: as a process of its own.
 *
 * @module
 */
import { runProgram } from "../../program.ts";
import { ServerProgram } from "../server_program.ts";

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
export class SearchProgram extends ServerProgram {
  constructor(args: readonly string[]) {
    super(MAIN, { flags: FLAGS, args });
  }

  /** The address it prints when it begins to index. */
  async indexing(): Promise<string> {
    return (await this.complained(/Indexing at (\S+)/))[1]!;
  }
}
