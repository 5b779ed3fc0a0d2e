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
 * The file is opened by the system that has the store, soon after its start, by one process at a time; beside it there
 * are files with `-wal`, `-shm` and `-lock` at the end of their names. All four need `--allow-read` and `--allow-write`.
 * The `sqlite3` shell may read meanwhile. Why it cannot be opened is heard by whoever needs it: `await system.alarms()`
 * at the start of a service says so at once.
 *
 * @example A service that waits while the one before it ends
 * ```ts
 * import { ActorSystem, keyed } from "@troupe/actors";
 * import { sqlite } from "@troupe/actors/durable";
 * import { assertEquals } from "@std/assert";
 *
 * const visits = keyed(import.meta, { kind: "visits", state: () => 0 }, (context) => ({
 *   add: () => ++context.state,
 * }));
 *
 * const file = ":memory:"; // or "shop.db"
 * await using system = new ActorSystem({
 *   workers: 0,
 *   store: sqlite(file, { waitMs: 10_000 }),
 *   kinds: [visits],
 * });
 * await system.alarms(); // throws when the file cannot be opened
 * assertEquals(await system.at(visits, "/home").ask.add(), 1);
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
