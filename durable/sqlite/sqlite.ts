import { checkMs, checkOptions, checkWord } from "../../channels/vocabulary/checks.ts";
import type { Durability, Store } from "../../actors/vocabulary/store.ts";
import { pathOf } from "./_path.ts";
import { sqliteStore } from "./_store.ts";

/** Options of {@linkcode sqlite}. */
export interface SqliteOptions {
  /**
   * Whether a commit is safe from a power cut (`"disk"`), or from a crash of the process only (`"process"`), which is
   * faster by far where few are under way; for kinds that do not say so themselves.
   *
   * @default {"disk"}
   */
  durability?: Durability | undefined;
  /**
   * How long to wait for another process that has the file open, in milliseconds.
   *
   * @default {0}
   */
  waitMs?: number | undefined;
}

/** Longest time that opening may take besides the wait: after a crash what was not yet moved into the file is read. */
const OPEN_MS = 30_000;

/**
 * Keeps durable actors in an SQLite file.
 *
 * The file is opened when a system starts with the store, by one process at a time; beside it there are files with
 * `-wal`, `-shm` and `-lock` at the end of their names. All four need `--allow-read` and `--allow-write`. The `sqlite3`
 * shell may read meanwhile.
 *
 * @example
 * ```ts
 * import { sqlite } from "@troupe/actors/durable";
 * import { assertThrows } from "@std/assert";
 *
 * const store = sqlite("shop.db", { waitMs: 10_000 });
 * assertThrows(() => sqlite("shop.db", { waitMs: -1 }), RangeError);
 * ```
 *
 * @param path Path of the file, or its `file:` URL; it is made if it is not there, its folder is not. `":memory:"`
 * keeps everything in memory, until the system ends.
 * @throws {TypeError} when the path is neither, or an option is no word of those allowed.
 * @throws {RangeError} when `waitMs` is negative or no number.
 */
export function sqlite(path: string | URL, options: SqliteOptions = {}): Store {
  const doing = "create store";
  const file = pathOf(doing, path);
  checkOptions(doing, options);
  const { durability = "disk", waitMs = 0 } = options;
  checkWord(doing, "durability", durability, ["disk", "process"]);
  checkMs(doing, "waitMs", waitMs);
  const definition = sqliteStore.with({ startTimeoutMs: waitMs + OPEN_MS });
  const args = [{ file, waitMs, owner: crypto.randomUUID() }];
  return { definition: definition as unknown as Store["definition"], args, durability };
}
