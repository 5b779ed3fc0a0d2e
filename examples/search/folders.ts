import { join, relative, sep } from "node:path";
import { UsageError } from "./errors.ts";

/** A folder to index. */
export interface Folder {
  /** Its real path. */
  readonly path: string;
  /** As it is shown before the names of its files; empty when they stand for themselves. */
  readonly label: string;
}

/**
 * Looks up folders given by name, relative to the current one.
 *
 * @throws {UsageError} when one does not exist, is no folder or cannot be read.
 */
export async function openFolders(names: readonly string[]): Promise<Folder[]> {
  return await Promise.all(names.map(async (name) => ({ path: await open(name), label: name })));
}

async function open(name: string): Promise<string> {
  try {
    const path = await Deno.realPath(name);
    for await (const _ of Deno.readDir(path)) break; // Refused now rather than counted later.
    return path;
  } catch (cause) {
    throw new UsageError(`Cannot index "${name}": ${stateOf(cause)}`, { cause });
  }
}

function stateOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "it does not exist";
  if (error instanceof Deno.errors.NotADirectory) return "it is not a folder";
  return `it cannot be read (${error instanceof Error ? error.message : error})`;
}

/** The name under which the file at `path` is shown: that of its folder as typed, then the rest. */
export function nameOf(path: string, folders: readonly Folder[]): string {
  const folder = folders.find((folder) => path.startsWith(withSeparator(folder.path)));
  return folder === undefined ? path : join(folder.label, relative(folder.path, path));
}

/** The root folder ends in a separator already. */
function withSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}
