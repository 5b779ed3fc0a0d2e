import type { Clock, Timer } from "../thread/clock.ts";
import { type Wait, type WaitPlace, waitTimeout } from "./wait.ts";

/** Waits with the same time limit, in order of their deadlines. */
class WaitList implements WaitPlace {
  readonly timeoutMs: number;
  readonly #owner: Deadlines;
  head: Wait | null = null;
  #tail: Wait | null = null;
  /** The first one that has no deadline yet; it and all after it were added in this turn of the event loop. */
  #fresh: Wait | null = null;

  constructor(timeoutMs: number, owner: Deadlines) {
    this.timeoutMs = timeoutMs;
    this.#owner = owner;
  }

  push(wait: Wait): void {
    wait.previous = this.#tail;
    if (this.#tail === null) this.head = wait;
    else this.#tail.next = wait;
    this.#tail = wait;
    this.#fresh ??= wait;
  }

  remove(wait: Wait): void {
    if (wait === this.#fresh) this.#fresh = wait.next;
    if (wait.previous === null) this.head = wait.next;
    else wait.previous.next = wait.next;
    if (wait.next === null) this.#tail = wait.previous;
    else wait.next.previous = wait.previous;
    wait.previous = wait.next = null;
    this.#owner.ended(this);
  }

  /** The time of the new ones begins now. Gives the first deadline of all. */
  begin(now: number): number {
    for (; this.#fresh !== null; this.#fresh = this.#fresh.next) {
      this.#fresh.deadline = now + this.timeoutMs;
    }
    return this.head === null ? Infinity : this.head.deadline;
  }
}

// Empty lists are kept for reuse up to this many different limits.
const KEPT_LISTS = 16;

/**
 * The waits of one thread, with one timer for all of them: setting one for each would cost more than a local ask.
 *
 * Waits with the same limit form a list in order of their deadlines, so only the heads are looked at. Looking at the
 * clock and holding on to the process cost a third of a local ask; so both are done once for all that began in one
 * turn of the event loop, at its end. Most of them have ended by then. While there is a wait the process stays alive.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #lists = new Map<number, WaitList>();
  readonly #rests: boolean;
  #waiting = 0;
  #timer: Timer | null = null;
  #timerAt = Infinity;
  #keepsAlive = false;
  #willCatchUp = false;
  #isClosed = false;

  /** @param rests Whether the timer is ended, not only let go, while there is no wait: for one that is never closed. */
  constructor(clock: Clock, rests = false) {
    this.#clock = clock;
    this.#rests = rests;
  }

  /**
   * Starts the limits of a wait. One whose signal is aborted or whose time is 0 is over at once.
   *
   * @returns Whether the wait goes on.
   */
  start<T>(wait: Wait<T>, signal: AbortSignal | undefined, timeoutMs: number): boolean {
    if (signal?.aborted) wait.reject(signal.reason);
    else if (timeoutMs === 0) wait.reject(waitTimeout(wait, timeoutMs));
    if (wait.settled) return false;
    if (this.#isClosed) return true;
    const list = this.#listOf(timeoutMs);
    list.push(wait as Wait);
    wait.limit(list, signal);
    this.#waiting++;
    this.#catchUpSoon();
    return true;
  }

  /** Takes away the limits of a wait that is certain to end; it keeps the process alive as before. */
  unlimit(wait: Wait): void {
    if (wait.settled || this.#isClosed) return;
    // It leaves one list and enters another.
    this.#waiting++;
    wait.unlimit(this.#listOf(Infinity));
  }

  /**
   * Ends the timer and all waits. Those that begin later have no limits.
   *
   * @param reason Makes the error of one wait.
   */
  close(reason: () => Error): void {
    this.#isClosed = true;
    for (const list of this.#lists.values()) {
      for (let head = list.head; head !== null; head = list.head) head.reject(reason());
    }
    this.#endTimer();
  }

  /** A wait of this list has ended. */
  ended(list: WaitList): void {
    if (list.head === null && this.#lists.size > KEPT_LISTS) this.#lists.delete(list.timeoutMs);
    if (--this.#waiting === 0) this.#catchUpSoon();
  }

  #listOf(timeoutMs: number): WaitList {
    let list = this.#lists.get(timeoutMs);
    if (list === undefined) this.#lists.set(timeoutMs, list = new WaitList(timeoutMs, this));
    return list;
  }

  #catchUpSoon(): void {
    if (this.#willCatchUp) return;
    // A test may move the time within this turn.
    if (this.#clock.isFaked) return this.#catchUp();
    this.#willCatchUp = true;
    this.#clock.yieldTo(this.#catchUp);
  }

  /** Does what waits that began, and the last one that ended, have left to do. */
  readonly #catchUp = (): void => {
    this.#willCatchUp = false;
    if (this.#isClosed) return;
    if (this.#waiting > 0) {
      const now = this.#clock.now();
      let next = Infinity;
      for (const list of this.#lists.values()) next = Math.min(next, list.begin(now));
      if (this.#timer === null || next < this.#timerAt || !this.#timer.isCurrent()) {
        this.#arm(next, now);
      }
      this.#keepAlive(true);
    } else if (this.#rests) {
      this.#endTimer();
    } else {
      this.#keepAlive(false);
    }
  };

  #keepAlive(keep: boolean): void {
    if (keep === this.#keepsAlive) return;
    this.#keepsAlive = keep;
    this.#timer?.keepAlive(keep);
  }

  #arm(deadline: number, now: number): void {
    this.#timer?.cancel();
    this.#timerAt = deadline;
    this.#timer = this.#clock.setTimer(this.#look, Math.max(0, deadline - now));
    this.#keepsAlive = true;
  }

  #endTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = Infinity;
    this.#keepsAlive = false;
  }

  /** Gives up the waits that are over, and sets the timer for the next. */
  readonly #look = (): void => {
    this.#endTimer();
    const now = this.#clock.now();
    for (const list of [...this.#lists.values()]) {
      list.begin(now);
      for (let head = list.head; head !== null && head.deadline <= now; head = list.head) {
        head.giveUp(waitTimeout(head, list.timeoutMs));
      }
    }
    this.#catchUp();
  };
}
