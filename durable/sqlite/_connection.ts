import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Durability } from "../../actors/vocabulary/store.ts";
import { isEmpty, makeTables } from "./_schema.ts";

/** What is loaded only where a store runs. */
export type Sqlite = typeof import("node:sqlite");

/** How long a commit waits for another program that writes to the file; its thread is blocked meanwhile. */
const BUSY_MS = 2_000;
/** After a burst the file with what is not yet moved into the store is cut to this. */
const WAL_BYTES = 64 * 2 ** 20;
/** Each opening of the file numbers what it makes from a multiple of this on. */
const SERIALS = 2 ** 30;
/** More numbers than are taken within one transaction, in which new ones would be undone with it. */
const SPARE_SERIALS = 2 ** 24;

const SYNCHRONOUS: Record<Durability, string> = {
  disk: "PRAGMA synchronous = FULL",
  process: "PRAGMA synchronous = NORMAL",
};

/** What is said of a part of a transaction that may be undone by itself. */
export type SavepointWord = "SAVEPOINT one" | "ROLLBACK TO one" | "RELEASE one";

/** The one connection to the file that writes. */
export class Connection {
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #savepoints: Record<SavepointWord, StatementSync>;
  #durability: Durability = "disk";
  #opening = 0;
  #serials = 0;

  /**
   * @param name What errors call the file.
   * @throws when the file cannot be opened, or is not a store.
   */
  constructor({ DatabaseSync }: Sqlite, file: string, name: string) {
    const db = this.#db = new DatabaseSync(file, { timeout: BUSY_MS });
    try {
      const isNew = isEmpty(db, name);
      // The limit of a wait comes before it: else two that open the file at once fail.
      for (
        const pragma of [
          `busy_timeout = ${BUSY_MS}`,
          "journal_mode = WAL",
          `journal_size_limit = ${WAL_BYTES}`,
          "foreign_keys = OFF",
        ]
      ) db.prepare(`PRAGMA ${pragma}`).all();
      if (isNew) makeTables(db);
      this.#begin = db.prepare("BEGIN IMMEDIATE");
      this.#commit = db.prepare("COMMIT");
      this.#rollback = db.prepare("ROLLBACK");
      this.#savepoints = {
        "SAVEPOINT one": db.prepare("SAVEPOINT one"),
        "ROLLBACK TO one": db.prepare("ROLLBACK TO one"),
        "RELEASE one": db.prepare("RELEASE one"),
      };
      this.#raise();
    } catch (error) {
      db.close();
      throw error;
    }
  }

  prepare(sql: string): StatementSync {
    return this.#db.prepare(sql);
  }

  /** Whether a transaction is open: some errors end it. */
  get isTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /**
   * Does something in one transaction, which is undone when that throws.
   *
   * What came before with less durability is safe with it: the disk takes the whole file.
   */
  transact<T>(durability: Durability, work: () => T): T {
    if (durability !== this.#durability) this.#waitFor(durability);
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#rollback.run();
      throw error;
    }
  }

  /** Begins, undoes or ends a part of the transaction. */
  savepoint(word: SavepointWord): void {
    this.#savepoints[word].run();
  }

  /** A number that is higher than all that were given before, also by those who had the file open. */
  serial(): number {
    if (this.#serials >= SERIALS - SPARE_SERIALS && !this.isTransaction) this.#raise();
    return this.#opening * SERIALS + ++this.#serials;
  }

  /** Says what commits wait for, from the next transaction on: within one it could not be changed. */
  #waitFor(durability: Durability): void {
    // Not prepared: it takes effect when it is compiled, and not when it is run.
    this.#db.exec(SYNCHRONOUS[durability]);
    this.#durability = durability;
  }

  /** Takes new numbers: written at each opening, so that those that are given out in between need not be. */
  #raise(): void {
    this.#waitFor("disk");
    const [row] = this.#db.prepare(
      "UPDATE troupe_meta SET value = value + 1 WHERE name = 'opening' RETURNING value",
    ).all();
    this.#opening = Number(row!.value);
    this.#serials = 0;
  }

  close(): void {
    try {
      this.#db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all();
    } catch {
      // A full disk, for example: who opens the file next reads what was committed from the other one.
    }
    this.#db.close();
  }
}
