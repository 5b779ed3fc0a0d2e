/**
 * What is in the file; `docs/durable_schema.md` says what it means.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { failure } from "./_failure.ts";

/** "TRUP": tells a store of Troupe from other SQLite files. */
export const APPLICATION_ID = 0x54525550;
/** Grows with each change of the tables. */
export const FORMAT = 1;

const TABLES = `
CREATE TABLE troupe_meta (
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE troupe_state (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  turn TEXT NOT NULL,
  state ANY,
  state_version INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT;
CREATE TABLE troupe_entry (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  value ANY NOT NULL,
  PRIMARY KEY (kind, key, name)
) STRICT;
CREATE TABLE troupe_alarm (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  due INTEGER NOT NULL,
  handler TEXT NOT NULL,
  args ANY NOT NULL,
  repeat TEXT,
  attempts INTEGER NOT NULL,
  failure TEXT,
  PRIMARY KEY (kind, key, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX troupe_alarm_due ON troupe_alarm (due);
CREATE TABLE troupe_outbox (
  number INTEGER PRIMARY KEY,
  sender TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  handler TEXT NOT NULL,
  args ANY NOT NULL,
  due INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  failure TEXT
) STRICT;
CREATE INDEX troupe_outbox_put_off ON troupe_outbox (sender, kind, key, number, due) WHERE attempts > 0;
CREATE INDEX troupe_outbox_due ON troupe_outbox (due) WHERE attempts > 0;
CREATE TABLE troupe_dead_letter (
  number INTEGER PRIMARY KEY,
  sender TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  handler TEXT NOT NULL,
  args ANY NOT NULL,
  attempts INTEGER NOT NULL,
  failure TEXT NOT NULL
) STRICT;
CREATE TABLE troupe_once (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  print TEXT NOT NULL,
  result ANY NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (kind, key, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX troupe_once_expires ON troupe_once (expires);
INSERT INTO troupe_meta VALUES ('opening', 0);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT};
`;

/**
 * Looks at what the file holds, before anything is written to it.
 *
 * @returns Whether it is empty.
 * @throws {StoreError} when it is not a store, or a newer one.
 */
export function isEmpty(db: DatabaseSync, file: string): boolean {
  const numberOf = (sql: string) => Number(Object.values(db.prepare(sql).get()!)[0]);
  const id = numberOf("PRAGMA application_id");
  if (id === APPLICATION_ID) {
    if (numberOf("PRAGMA user_version") > FORMAT) throw failure("open", file, "newer");
    return false;
  }
  const isBare = id === 0 && numberOf("SELECT count(*) FROM sqlite_schema") === 0 &&
    numberOf("PRAGMA user_version") === 0;
  if (!isBare) throw failure("open", file, "foreign");
  return true;
}

/** Makes the tables; all of them, or none. */
export function makeTables(db: DatabaseSync): void {
  db.prepare("BEGIN IMMEDIATE").run();
  for (const statement of TABLES.split(";").map((text) => text.trim())) {
    if (statement !== "") db.prepare(statement).run();
  }
  db.prepare("COMMIT").run();
}
