import { parseArgs } from "@std/cli/parse-args";
import { UsageError } from "./errors.ts";

/** What the command line asks for. */
export interface Options {
  readonly help: boolean;
  readonly compare: boolean;
  /** Whether `POST /crash` kills workers. */
  readonly allowCrash: boolean;
  /** Folders to index; none stands for the project that this example is part of. */
  readonly folders: readonly string[];
  /** A query to answer in the terminal instead of serving. */
  readonly query: string | undefined;
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** `undefined`: one for each core. */
  readonly workers: number | undefined;
}

/** The text for `--help`. */
export const HELP = `Full-text search over the files in some folders.

Usage: deno task start [options] [folder ...]

Indexes the text files in the folders (default: this project) on all cores, then answers
queries over HTTP until Ctrl-C.

Options:
  --query <text>   answer one query in the terminal and end
  --port <number>  port to listen on (default: 8000; 0: any free one)
  --host <name>    address to listen on (default: 127.0.0.1)
  --workers <n>    worker threads (default: one for each core)
  --compare        index with one worker and with several, print both times and end
  --allow-crash    let POST /crash?shard=<n> kill the worker of a shard, to see it come back
  --help           print this

Left out and counted: binary files, those above 4 MiB or unreadable, symbolic links, and
folders named .cache, .git, .hg, .jj, .svn, .venv, __pycache__ or node_modules.`;

/**
 * Reads the command line.
 *
 * @throws {UsageError} on an unknown option, or a value that is missing or out of range.
 */
export function parseOptions(args: readonly string[]): Options {
  const flags = parseArgs(args, {
    string: ["_", "query", "port", "host", "workers"],
    boolean: ["allow-crash", "compare", "help"],
    unknown: refuseUnknown,
  });
  if (flags.query === "") throw missingValue("query");
  if (flags.host === "") throw missingValue("host");
  return {
    help: flags.help,
    compare: flags.compare,
    allowCrash: flags["allow-crash"],
    folders: flags._.map(String),
    query: flags.query,
    hostname: flags.host ?? "127.0.0.1",
    port: parseNumber("port", flags.port, [0, 65_535]) ?? 8000,
    workers: parseNumber("workers", flags.workers, [1, 256]),
  };
}

function refuseUnknown(arg: string, key?: string): boolean {
  if (key === undefined) return true; // A folder.
  throw new UsageError(`Cannot start: unknown option "${arg}"; see --help`);
}

function missingValue(name: string): UsageError {
  return new UsageError(`Cannot start: --${name} needs a value`);
}

function parseNumber(
  name: string,
  text: string | undefined,
  [least, most]: [number, number],
): number | undefined {
  if (text === undefined) return undefined;
  if (text === "") throw missingValue(name);
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(
    `Cannot start: --${name} must be a whole number from ${least} to ${most}, received "${text}"`,
  );
}
