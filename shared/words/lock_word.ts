import { ownThread } from "./thread.ts";

/**
 * The word of a lock that survives its owner, and the moves on it; the waits are in `shared/words/lock_wait.ts`.
 *
 * | bits  | name      | meaning                                                                      |
 * | ----- | --------- | ---------------------------------------------------------------------------- |
 * | 0-28  | owner     | number of the thread that holds it; 0: free                                  |
 * | 29    | URGENT    | while free, only a thread that has slept may take it                         |
 * | 30    | WAITERS   | somebody may sleep on the word: a release wakes one                          |
 * | 31    | ABANDONED | free because the thread that held it has ended                               |
 *
 * Zeroed memory is a free lock. A thread that has slept takes it with WAITERS, since it cannot know whether others
 * sleep; one that has waited too long sets URGENT. All moves are sequentially consistent `Atomics`: what the owner wrote
 * before a release is seen by the next owner.
 *
 * Sources: the second mutex of U. Drepper, "Futexes Are Tricky", for the wakes; the kernel's robust futexes for the
 * owner in the word; the starvation mode of Go's `sync.Mutex` for URGENT.
 *
 * @module
 */

const OWNER = 2 ** 29 - 1;
const URGENT = 1 << 29;
const WAITERS = 1 << 30;
const ABANDONED = 1 << 31;

/** What an attempt to take the lock came to. */
export type Taken = typeof BUSY | typeof TAKEN | typeof TAKEN_ABANDONED;
/** Another thread has it. */
export const BUSY = 0;
/** This thread has it. */
export const TAKEN = 1;
/** This thread has it, and the previous owner ended while holding it. */
export const TAKEN_ABANDONED = 2;

/** The thread that holds the lock, or 0. */
export function ownerOf(words: Int32Array, at: number): number {
  return Atomics.load(words, at) & OWNER;
}

/** Takes the lock if it is free; leaves no trace otherwise. */
export function tryTake(words: Int32Array, at: number): Taken {
  let seen = Atomics.compareExchange(words, at, 0, ownThread);
  if (seen === 0) return TAKEN;
  while ((seen & OWNER) === 0) {
    // Barges in front of an urgent one that is being woken: it does not wait, so it cannot do so again and again.
    const next = ownThread | seen & WAITERS;
    const was = Atomics.compareExchange(words, at, seen, next);
    if (was === seen) return seen < 0 ? TAKEN_ABANDONED : TAKEN;
    seen = was;
  }
  return BUSY;
}

/** The state of one wait for the lock. */
export interface Sleeper {
  /** Whether it has slept, so that it may have used up a wake. */
  hasSlept: boolean;
  /** Whether it has waited too long for newcomers to overtake it any more. */
  isUrgent: boolean;
  /** While the word has this value nothing has changed for it. */
  seen: number;
}

/** Whether the wait may take the lock when its word has this value. */
export function isFreeFor(seen: number, hasSlept: boolean): boolean {
  return (seen & OWNER) === 0 && (hasSlept || (seen & URGENT) === 0);
}

/** The word after a thread has taken the lock, or has announced that it sleeps. */
export function afterAttempt(
  seen: number,
  thread: number,
  { hasSlept, isUrgent }: Pick<Sleeper, "hasSlept" | "isUrgent">,
): number {
  if (!isFreeFor(seen, hasSlept)) return seen | WAITERS | (isUrgent ? URGENT : 0);
  return thread | (hasSlept ? WAITERS : seen & WAITERS);
}

/** The word after a release by its owner. */
export function afterFree(seen: number): number {
  return (seen & URGENT) === 0 ? 0 : URGENT | WAITERS;
}

/** The word after the owner's end has been noticed. */
export const BURIED: number = ABANDONED | WAITERS;

/** What is kept of the word when a wait is given up: all but the urgency. */
export const LEFT: number = ~URGENT;

/** Takes the lock, or announces that the wait sleeps while the word has the value {@linkcode Sleeper.seen}. */
export function takeOrAnnounce(words: Int32Array, at: number, sleeper: Sleeper): Taken {
  for (let seen = Atomics.load(words, at);;) {
    const next = afterAttempt(seen, ownThread, sleeper);
    const was = seen === next ? seen : Atomics.compareExchange(words, at, seen, next);
    if (was !== seen) {
      seen = was;
      continue;
    }
    if (isFreeFor(seen, sleeper.hasSlept)) return seen < 0 ? TAKEN_ABANDONED : TAKEN;
    sleeper.seen = next;
    return BUSY;
  }
}

/** Frees the lock if the thread has it, and wakes one that sleeps. Returns whether it had it. */
export function free(words: Int32Array, at: number, owner: number): boolean {
  let seen = Atomics.compareExchange(words, at, owner, 0);
  if (seen === owner) return true;
  while ((seen & OWNER) === owner) {
    const was = Atomics.compareExchange(words, at, seen, afterFree(seen));
    if (was === seen) {
      Atomics.notify(words, at, 1);
      return true;
    }
    seen = was;
  }
  return false;
}

/** Frees the lock if a thread that has ended still holds it. */
export function bury(words: Int32Array, at: number, dead: number): void {
  for (let seen = Atomics.load(words, at); (seen & OWNER) === dead;) {
    const was = Atomics.compareExchange(words, at, seen, BURIED);
    if (was === seen) return void Atomics.notify(words, at, 1);
    seen = was;
  }
}

/** Gives up a wait: passes on the wake that it may have used up, and takes back its urgency. */
export function leave(words: Int32Array, at: number): void {
  Atomics.and(words, at, LEFT);
  Atomics.notify(words, at, 1);
}

// Measured: a hold of a few operations is over within that, and on two cores more only takes time from the owner.
const SPINS = 60;

/** Tries for about a microsecond whether the lock becomes free, which is cheaper than to sleep and be woken. */
export function spin(words: Int32Array, at: number): Taken {
  for (let left = SPINS; left > 0; left--) {
    if (Atomics.load(words, at) === 0) {
      const taken = tryTake(words, at);
      if (taken !== BUSY) return taken;
    }
  }
  return BUSY;
}
