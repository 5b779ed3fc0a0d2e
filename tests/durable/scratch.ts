import { DatabaseSync } from "node:sqlite";

/** A folder of a test, gone with it; made at once, so that a simulation does not wait for it. */
export class Scratch implements Disposable {
  readonly path: string;
  /** A file in it. */
  readonly file: string;

  constructor() {
    const root = `${import.meta.dirname}/../../.tmp`;
    Deno.mkdirSync(root, { recursive: true });
    this.path = Deno.makeTempDirSync({ dir: root });
    this.file = `${this.path}/shop.db`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** The rows of a table, as anybody can read them with SQLite. */
export function rowsOf(file: string, table: string): Record<string, unknown>[] {
  using database = new DatabaseSync(file, { readOnly: true });
  return database.prepare(`SELECT * FROM ${table}`).all().map((row) => ({ ...row }));
}
