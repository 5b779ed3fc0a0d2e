import { blockOrThrow } from "../words/blocking.ts";
import { parkOrThrow } from "../words/parking.ts";
import { LockWait } from "../words/lock_wait.ts";
import { free, ownerOf, TAKEN_ABANDONED } from "../words/lock_word.ts";
import type { Suspended } from "./_suspend.ts";
import { ownThread } from "../words/thread.ts";

/**
 * The two words of a lock, and what tells the holds of one thread from each other.
 *
 * | word | name  | meaning                                                                        |
 * | ---- | ----- | ------------------------------------------------------------------------------ |
 * | 0    | state | the owner's thread and flags, see `shared/words/lock_word.ts`; 0: free                     |
 * | 1    | hold  | bits 1-31: number of the owner's hold; bit 0: the owner before it ended with it |
 *
 * Word 1 is written by the owner alone, without `Atomics`: the release orders it.
 *
 * @module
 */

/** Index of the state. */
export const STATE = 0;
/** Index of the hold. */
export const HOLD = 1;

let latest = 0;

/** Notes a hold that has just begun, and gives its number. */
export function beginHold(words: Int32Array, isAbandoned: boolean): number {
  // Wraps; a guard would have to be kept through 2 ** 31 holds to be mistaken for another.
  latest = latest + 2 | 0;
  words[HOLD] = latest | (isAbandoned ? 1 : 0);
  return latest;
}

/**
 * Whether this thread has the lock by the hold with this number. Nothing comes between this and what the caller does
 * next: only this thread could make itself the owner again.
 */
export function isHeldBy(words: Int32Array, hold: number): boolean {
  return (words[HOLD]! & ~1) === hold && ownerOf(words, STATE) === ownThread;
}

/** Whether this thread has the lock. */
export function isHeldHere(words: Int32Array): boolean {
  return ownerOf(words, STATE) === ownThread;
}

/** Whether the owner before the hold of this thread ended with it. */
export function isAbandoned(words: Int32Array): boolean {
  return (words[HOLD]! & 1) === 1;
}

/** Releases the lock, whichever thread has it. */
export function releaseAny(words: Int32Array, name: string): void {
  for (let owner = ownerOf(words, STATE); owner !== 0; owner = ownerOf(words, STATE)) {
    if (free(words, STATE, owner)) return;
  }
  throw new Error(`Cannot release ${name}: it is free`);
}

/** The error of a blocking wait that only this thread could end. */
export function selfWaitError(doing: string, having = "this thread holds it"): Error {
  return new Error(`Cannot ${doing}: ${having}, so that a blocking wait would never end`);
}

/** The hold that this thread has, to release the lock and take it again under the same guard. */
export function suspendHold(words: Int32Array, doing: string): Suspended {
  if (!isHeldHere(words)) throw new Error(`Cannot ${doing}: this thread does not hold the lock`);
  const hold = words[HOLD]!;
  const wait = () => new LockWait(words, STATE, doing);
  const restore = (wait: LockWait) => words[HOLD] = hold | (wait.taken === TAKEN_ABANDONED ? 1 : 0);
  return {
    interrupt: () => void free(words, STATE, ownThread),
    async resume() {
      const again = wait();
      await parkOrThrow(again, {});
      restore(again);
    },
    resumeSync() {
      const again = wait();
      blockOrThrow(again, Infinity);
      restore(again);
    },
  };
}
