import type { StatementSync } from "node:sqlite";
import type {
  EntryRange,
  OwnedAlarm,
  Stored,
  StoredActor,
  StoredAlarm,
  StoredOnce,
} from "../../actors/vocabulary/store.ts";
import type { Connection } from "./_connection.ts";
import { checkName, endOfPrefix } from "./_names.ts";

type Row = Record<string, unknown>;

/** More rows than anybody takes at a time. */
const MANY = 2 ** 31;

/** Reads what is known of actors. */
export class Reader {
  readonly #connection: Connection;
  readonly #state: StatementSync;
  readonly #alarms: StatementSync;
  readonly #once: StatementSync;
  readonly #entry: StatementSync;
  readonly #entries: StatementSync;
  readonly #allAlarms: StatementSync;

  constructor(connection: Connection) {
    const prepare = (sql: string) => connection.prepare(sql);
    this.#connection = connection;
    this.#state = prepare(
      "SELECT version, turn, state, state_version FROM troupe_state WHERE kind = ? AND key = ?",
    );
    this.#alarms = prepare(
      `SELECT name, due, handler, args, repeat, attempts, failure FROM troupe_alarm
      WHERE kind = ? AND key = ? ORDER BY due, name`,
    );
    this.#once = prepare(
      `SELECT id, print, result, expires FROM troupe_once
      WHERE kind = ? AND key = ? AND id = ? AND expires > ?`,
    );
    this.#entry = prepare(
      "SELECT value FROM troupe_entry WHERE kind = ? AND key = ? AND name = ?",
    );
    // Every text is less than bytes, whatever they are.
    this.#entries = prepare(
      `SELECT name, value FROM troupe_entry
      WHERE kind = ? AND key = ? AND name >= ? AND name >= ? AND name < ? ORDER BY name LIMIT ?`,
    );
    this.#allAlarms = prepare(
      "SELECT * FROM troupe_alarm ORDER BY due, kind, key, name LIMIT ?",
    );
  }

  load(kind: string, key: string): StoredActor {
    checkName("kind", kind);
    checkName("key", key);
    const row: Row | undefined = this.#state.get(kind, key);
    const alarms = row === undefined ? [] : this.#alarms.all(kind, key);
    return {
      epoch: this.#connection.serial(),
      version: row === undefined ? 0 : Number(row.version),
      turn: row === undefined ? null : row.turn as string,
      state: row === undefined ? null : row.state as Stored | null,
      stateVersion: row === undefined ? 0 : Number(row.state_version),
      alarms: alarms.map(alarmOf),
    };
  }

  once(kind: string, key: string, id: string, now: number): StoredOnce | null {
    checkName("id", id);
    const row: Row | undefined = this.#once.get(kind, key, id, now);
    if (row === undefined) return null;
    const { print, result, expires } = row;
    return {
      id,
      print: print as string,
      result: result as Stored,
      expires: Number(expires),
    };
  }

  entry(kind: string, key: string, name: string): Stored | null {
    checkName("name of an entry", name);
    return this.#entry.get(kind, key, name)?.value as Stored | undefined ?? null;
  }

  entries(
    kind: string,
    key: string,
    { prefix, after, limit }: EntryRange,
  ): [name: string, value: Stored][] {
    const end = endOfPrefix(prefix) ?? new Uint8Array();
    // No name has the character zero, so this is the first one that may follow.
    const from = after === null ? "" : `${after}\u0001`;
    const rows = this.#entries.all(kind, key, prefix, from, end, most(limit));
    return rows.map(({ name, value }) => [name as string, value as Stored]);
  }

  alarms(limit: number): OwnedAlarm[] {
    return this.#allAlarms.all(most(limit)).map(ownedAlarmOf);
  }
}

/** A limit as SQLite takes it, to which a negative number is none. */
export function most(limit: number): number {
  return Math.min(Math.max(limit, 0), MANY);
}

/** An alarm, and whose, as the rows have it. */
export function ownedAlarmOf(row: Row): OwnedAlarm {
  return { kind: row.kind as string, key: row.key as string, ...alarmOf(row) };
}

function alarmOf(row: Row): StoredAlarm {
  return {
    name: row.name as string,
    due: Number(row.due),
    handler: row.handler as string,
    args: row.args as Stored,
    repeat: row.repeat as string | null,
    attempts: Number(row.attempts),
    failure: row.failure as string | null,
  };
}
