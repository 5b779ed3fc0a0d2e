/**
 * Why something was left out of the index.
 *
 * - `binary`: holds a zero byte (text in UTF-16 does, too)
 * - `huge`: above {@linkcode MAX_FILE_BYTES}
 * - `unreadable`: could not be opened or read, or vanished meanwhile; also a folder
 * - `link`: a symbolic link; what it leads to is indexed if it lies in the folders itself
 * - `special`: neither file, folder nor link, such as a socket
 * - `ignored`: a folder in {@linkcode IGNORED_FOLDERS}
 */
export type SkipReason = "binary" | "huge" | "unreadable" | "link" | "special" | "ignored";

/** How many were left out, by reason. */
export type Skips = Record<SkipReason, number>;

/** A file above this size is skipped: data more likely than text that somebody wrote. */
export const MAX_FILE_BYTES: number = 4 * 1024 * 1024;

/** Counters that all start at 0. */
export function noSkips(): Skips {
  return { binary: 0, huge: 0, unreadable: 0, link: 0, special: 0, ignored: 0 };
}

/** Adds the counters of `more` to those of `total`. */
export function addSkips(total: Skips, more: Skips): void {
  for (const reason of Object.keys(total) as SkipReason[]) total[reason] += more[reason];
}

/** The counters above 0 in words, such as `3 binary, 1 huge`; empty when there are none. */
export function describeSkips(skips: Skips): string {
  return Object.entries(skips).filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`).join(", ");
}
