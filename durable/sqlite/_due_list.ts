import type { StatementSync } from "node:sqlite";
import type { DueWork, PendingPost, Stored } from "../../actors/vocabulary/store.ts";
import type { Connection } from "./_connection.ts";
import { most, ownedAlarmOf } from "./_reader.ts";

/** What is due, and what was taken out or put off. */
export class DueList {
  readonly #alarms: StatementSync;
  readonly #posts: StatementSync;
  readonly #nextPost: StatementSync;
  readonly #delete: StatementSync;
  readonly #putOff: StatementSync;
  readonly #bury: StatementSync;
  readonly #sweep: StatementSync;

  constructor(connection: Connection) {
    const prepare = (sql: string) => connection.prepare(sql);
    this.#alarms = prepare("SELECT * FROM troupe_alarm ORDER BY due, kind, key, name LIMIT ?");
    // One that was never put off is due, so the posts before it that hold it back are found by a small index.
    this.#posts = prepare(
      `SELECT number, sender, kind, key, handler, args, attempts FROM troupe_outbox AS post
      WHERE due <= ?1 AND NOT EXISTS (
        SELECT 1 FROM troupe_outbox AS earlier
        WHERE earlier.attempts > 0 AND earlier.sender = post.sender AND earlier.kind = post.kind
          AND earlier.key = post.key AND earlier.number < post.number AND earlier.due > ?1
      ) ORDER BY number LIMIT ?2`,
    );
    this.#nextPost = prepare(
      "SELECT min(due) AS due FROM troupe_outbox WHERE attempts > 0 AND due > ?",
    );
    this.#delete = prepare("DELETE FROM troupe_outbox WHERE number = ?");
    this.#putOff = prepare(
      "UPDATE troupe_outbox SET due = ?, attempts = attempts + 1, failure = ? WHERE number = ?",
    );
    this.#bury = prepare(
      `INSERT INTO troupe_dead_letter
      SELECT number, sender, kind, key, handler, args, attempts + 1, ? FROM troupe_outbox
      WHERE number = ?`,
    );
    this.#sweep = prepare(
      `DELETE FROM troupe_once WHERE (kind, key, id) IN (
        SELECT kind, key, id FROM troupe_once WHERE expires <= ? ORDER BY expires LIMIT ?
      )`,
    );
  }

  due(now: number, limit: number): DueWork {
    // One more than wanted says when the next one is due.
    const alarms = this.#alarms.all(most(limit) + 1).map(ownedAlarmOf);
    const posts = this.#posts.all(now, most(limit) + 1);
    const found = alarms.filter(({ due }, at) => due <= now && at < limit);
    const times = [
      alarms[found.length]?.due,
      posts.length > limit ? now : this.#nextPost.get(now)?.due,
    ].filter((time) => time !== undefined && time !== null);
    return {
      alarms: found,
      posts: posts.slice(0, limit).map(postOf),
      next: times.length === 0 ? null : Math.min(...times.map(Number)),
    };
  }

  delete(number: number): void {
    this.#delete.run(number);
  }

  putOff(number: number, due: number | null, failure: string): void {
    if (due !== null) return void this.#putOff.run(Math.ceil(due), failure, number);
    this.#bury.run(failure, number);
    this.#delete.run(number);
  }

  /** Forgets answers that have expired, so many at a time; whether there may be more. */
  sweep(now: number, limit: number): boolean {
    return this.#sweep.run(now, limit).changes === limit;
  }
}

function postOf(row: Record<string, unknown>): PendingPost {
  return {
    number: Number(row.number),
    sender: row.sender as string,
    kind: row.kind as string,
    key: row.key as string,
    handler: row.handler as string,
    args: row.args as Stored,
    attempts: Number(row.attempts),
  };
}
