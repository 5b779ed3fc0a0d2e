import { join } from "node:path";
import type { Skips } from "./skips.ts";

/** Folders that hold no text of the project itself: version control, installed packages, caches. */
export const IGNORED_FOLDERS: ReadonlySet<string> = new Set([
  ".cache",
  ".git",
  ".hg",
  ".jj",
  ".svn",
  ".venv",
  "__pycache__",
  "node_modules",
]);

/**
 * Finds the files in `folders`, in one array for each folder entered.
 *
 * Symbolic links are not followed, so that no loop of them can hold it up, and a folder given
 * twice, or inside another one given, is walked once.
 *
 * @param folders Real paths, so that the same folder has the same path.
 * @param skips Counts what is left out.
 */
export async function* walk(folders: readonly string[], skips: Skips): AsyncGenerator<string[]> {
  const entered = new Set<string>();
  const pending = folders.toReversed();
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    if (entered.has(folder)) continue;
    entered.add(folder);
    const files: string[] = [];
    for (const entry of await readFolder(folder, skips)) {
      if (entry.isSymlink) skips.link++;
      else if (entry.isFile) files.push(join(folder, entry.name));
      else if (!entry.isDirectory) skips.special++;
      else if (IGNORED_FOLDERS.has(entry.name)) skips.ignored++;
      else pending.push(join(folder, entry.name));
    }
    yield files;
  }
}

async function readFolder(folder: string, skips: Skips): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch {
    skips.unreadable++; // Forbidden, or removed since its parent was read.
    return [];
  }
}
