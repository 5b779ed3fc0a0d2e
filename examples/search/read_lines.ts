import { MAX_FILE_BYTES } from "./skips.ts";

/** The lines of a file as it is now; none when it is gone, forbidden or too large by now. */
export async function readLines(path: string): Promise<string[]> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile || size > MAX_FILE_BYTES) return [];
    return (await Deno.readTextFile(path)).split("\n");
  } catch {
    return []; // What was found stays found, without its text.
  }
}
