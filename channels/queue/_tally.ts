import { ANSWER } from "./_protocol.ts";
import type { QueueUser } from "./_user.ts";

/** Which items are not done yet: behind `done()` and `join()`. */
export class QueueTally {
  #unfinished = 0;
  /** Whether some thread calls `done()` or `join()`: else the queue need not stay open for them. */
  isUsed = false;

  get unfinished(): number {
    return this.#unfinished;
  }

  /** An item was accepted. */
  add(): void {
    this.#unfinished++;
  }

  /** A thread has taken items. */
  taken(user: QueueUser, count: number): void {
    user.owed += count;
  }

  /** A thread has done items that it had taken. */
  done(user: QueueUser, count: number): void {
    if (count === 0) return;
    this.isUsed = true;
    // Another thread may have done one of them.
    const done = Math.min(count, user.owed);
    user.owed -= done;
    this.#unfinished -= done;
  }

  /** A thread has done an item that another one had taken; `false` when all are done. */
  doneElsewhere(users: Iterable<QueueUser>): boolean {
    this.isUsed = true;
    for (const user of users) {
      if (user.owed === 0) continue;
      this.done(user, 1);
      return true;
    }
    return false;
  }

  /** Items were dropped before anybody took them. */
  drop(count: number): void {
    this.#unfinished -= count;
  }

  /** A thread has left: what it owed counts as done. Returns how much that was. */
  leave(user: QueueUser): number {
    const { owed } = user;
    user.owed = 0;
    this.#unfinished -= owed;
    return owed;
  }

  /** Answers every `join()` that waits. */
  answer(users: Iterable<QueueUser>): void {
    for (const user of users) {
      for (const id of user.joins) user.wire.send([ANSWER, id, 0]);
      user.joins.clear();
    }
  }
}
