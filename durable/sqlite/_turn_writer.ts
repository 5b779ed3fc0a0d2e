import type { StatementSync } from "node:sqlite";
import type { CommitOutcome, StoredPost, StoredTurn } from "../../actors/vocabulary/store.ts";
import { checkName } from "./_names.ts";
import type { Connection } from "./_connection.ts";

/** Of so many turns that were refused it is known that those which build on them are refused, too. */
const REFUSED = 10_000;

/** Writes turns into the tables, within the transaction that is open. */
export class TurnWriter {
  readonly #connection: Connection;
  readonly #isPosted: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #updateState: StatementSync;
  readonly #current: StatementSync;
  readonly #deliver: StatementSync;
  readonly #setEntry: StatementSync;
  readonly #deleteEntry: StatementSync;
  readonly #deleteEntries: StatementSync;
  readonly #setAlarm: StatementSync;
  readonly #deleteAlarm: StatementSync;
  readonly #deleteAlarms: StatementSync;
  readonly #post: StatementSync;
  readonly #setOnce: StatementSync;
  /** The first turn that was refused of each load: what was loaded ends with that turn. */
  readonly #refused = new Map<string, string>();

  constructor(connection: Connection) {
    const prepare = (sql: string) => connection.prepare(sql);
    this.#connection = connection;
    this.#isPosted = prepare(
      "SELECT 1 FROM troupe_outbox WHERE number = ? AND kind = ? AND key = ?",
    );
    this.#insert = prepare(
      `INSERT INTO troupe_state (kind, key, version, epoch, turn, state, state_version)
      VALUES (?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    const here = "WHERE kind = ? AND key = ? AND version = ? AND epoch <= ?";
    this.#update = prepare(
      `UPDATE troupe_state SET version = version + 1, epoch = ?, turn = ? ${here}`,
    );
    this.#updateState = prepare(
      `UPDATE troupe_state SET version = version + 1, epoch = ?, turn = ?, state = ?,
      state_version = ? ${here}`,
    );
    this.#current = prepare("SELECT epoch FROM troupe_state WHERE kind = ? AND key = ?");
    this.#deliver = prepare("DELETE FROM troupe_outbox WHERE number = ?");
    this.#setEntry = prepare("INSERT OR REPLACE INTO troupe_entry VALUES (?, ?, ?, ?)");
    this.#deleteEntry = prepare(
      "DELETE FROM troupe_entry WHERE kind = ? AND key = ? AND name = ?",
    );
    this.#deleteEntries = prepare("DELETE FROM troupe_entry WHERE kind = ? AND key = ?");
    this.#setAlarm = prepare(
      "INSERT OR REPLACE INTO troupe_alarm VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#deleteAlarm = prepare(
      "DELETE FROM troupe_alarm WHERE kind = ? AND key = ? AND name = ?",
    );
    this.#deleteAlarms = prepare("DELETE FROM troupe_alarm WHERE kind = ? AND key = ?");
    this.#post = prepare("INSERT INTO troupe_outbox VALUES (?, ?, ?, ?, ?, ?, 0, 0, NULL)");
    this.#setOnce = prepare("INSERT OR REPLACE INTO troupe_once VALUES (?, ?, ?, ?, ?, ?)");
  }

  /**
   * Writes a turn, unless something speaks against it.
   *
   * @throws when it cannot be stored; then the transaction has to be undone.
   */
  write(turn: StoredTurn): CommitOutcome {
    const outcome = this.#buildsOnRefused(turn) ? "conflict" : this.#advance(turn);
    if (outcome === "done") {
      this.#writeParts(turn);
      // It may have been refused for want of room.
      if (this.#refused.size > 0) this.#refused.delete(loadOf(turn));
    } else if (outcome !== "fenced") {
      // Whoever is fenced stays so.
      this.refuse(turn);
    }
    return outcome;
  }

  /** What builds on this turn will be refused, whatever version somebody else has made meanwhile. */
  refuse(turn: StoredTurn): void {
    const load = loadOf(turn);
    if (this.#refused.has(load)) return;
    this.#refused.set(load, turn.id);
    if (this.#refused.size <= REFUSED) return;
    for (const oldest of this.#refused.keys()) return void this.#refused.delete(oldest);
  }

  #buildsOnRefused(turn: StoredTurn): boolean {
    if (this.#refused.size === 0) return false;
    const first = this.#refused.get(loadOf(turn));
    return first !== undefined && first !== turn.id;
  }

  /** From the version that the turn has seen to the next one. */
  #advance(turn: StoredTurn): CommitOutcome {
    const { kind, key, epoch, delivers } = turn;
    if (delivers !== null && this.#isPosted.get(delivers, kind, key) === undefined) {
      return "delivered";
    }
    if (this.#moveOn(turn)) return "done";
    const current = this.#current.get(kind, key);
    if (current !== undefined && Number(current.epoch) > epoch) return "fenced";
    return "conflict";
  }

  #moveOn(turn: StoredTurn): boolean {
    const { kind, key, epoch, version, id, forgets } = turn;
    const state = turn.state ?? null;
    const stateVersion = state === null ? 0 : turn.stateVersion;
    if (version === 0) {
      checkName("kind", kind);
      checkName("key", key);
      return this.#insert.run(kind, key, epoch, id, state, stateVersion).changes === 1;
    }
    const { changes } = turn.state === undefined && !forgets
      ? this.#update.run(epoch, id, kind, key, version, epoch)
      : this.#updateState.run(epoch, id, state, stateVersion, kind, key, version, epoch);
    return changes === 1;
  }

  #writeParts(turn: StoredTurn): void {
    const { kind, key, delivers, once } = turn;
    if (turn.forgets) {
      this.#deleteEntries.run(kind, key);
      this.#deleteAlarms.run(kind, key);
    }
    for (const [name, value] of turn.entries) {
      checkName("name of an entry", name);
      if (value === null) this.#deleteEntry.run(kind, key, name);
      else this.#setEntry.run(kind, key, name, value);
    }
    for (const [name, alarm] of turn.alarms) {
      checkName("name of an alarm", name);
      if (alarm === null) {
        this.#deleteAlarm.run(kind, key, name);
        continue;
      }
      const { due, handler, args, repeat, attempts, failure } = alarm;
      const at = Math.ceil(due);
      this.#setAlarm.run(kind, key, name, at, handler, args, repeat, attempts, failure);
    }
    for (const post of turn.posts) this.#writePost(`${kind}/${key}`, post);
    if (once !== null) {
      checkName("id", once.id);
      const { id, print, result, expires } = once;
      this.#setOnce.run(kind, key, id, print, result, Math.ceil(expires));
    }
    if (delivers !== null) this.#deliver.run(delivers);
  }

  #writePost(sender: string, { kind, key, handler, args }: StoredPost): void {
    checkName("kind", kind);
    checkName("key", key);
    this.#post.run(this.#connection.serial(), sender, kind, key, handler, args);
  }
}

function loadOf({ kind, key, epoch }: StoredTurn): string {
  return `${epoch} ${kind}/${key}`;
}
