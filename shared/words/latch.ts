import { block } from "./blocking.ts";
import { LockWait } from "./lock_wait.ts";
import { BUSY, free, spin, tryTake } from "./lock_word.ts";
import { ownThread } from "./thread.ts";
import type { Waiting } from "./waiting.ts";

/**
 * What semaphores, conditions and the like have in common: a few words that change under a latch, which is held for
 * less than a microsecond, and a number of changes to sleep on.
 *
 * | word | name    | meaning                                                    |
 * | ---- | ------- | ---------------------------------------------------------- |
 * | 0    | latch   | a lock word, see `shared/words/lock_word.ts`                           |
 * | 1    | changes | goes up with each change that may let somebody go on       |
 *
 * A thread can end at any point, also while it has the latch. So each change of the state is one store, and whoever
 * takes the latch afterwards finds the state of before it or of after it.
 *
 * @module
 */
const LATCH = 0;
const CHANGES = 1;

/** Index of the first word that is not the latch's. */
export const AFTER_LATCH = 2;

/** Runs a function while this thread has the latch; it must not wait for anything. */
export function latched<T>(words: Int32Array, fn: () => T): T {
  if (tryTake(words, LATCH) === BUSY && spin(words, LATCH) === BUSY) {
    block(new LockWait(words, LATCH, "take latch"), Infinity);
  }
  try {
    return fn();
  } finally {
    free(words, LATCH, ownThread);
  }
}

/** Wakes all that wait, so that they look again. */
export function tellChange(words: Int32Array): void {
  Atomics.add(words, CHANGES, 1);
  Atomics.notify(words, CHANGES);
}

/** A wait for a state that is looked at under the latch. */
export abstract class LatchedWait implements Waiting {
  readonly words: Int32Array;
  readonly at: number = CHANGES;
  readonly doing: string;
  readonly missing: string;
  seen = 0;

  constructor(words: Int32Array, doing: string, missing: string) {
    this.words = words;
    this.doing = doing;
    this.missing = missing;
  }

  step(hasSlept: boolean): boolean {
    return latched(this.words, () => {
      this.seen = Atomics.load(this.words, CHANGES);
      return this.attempt(hasSlept);
    });
  }

  bury(thread: number): void {
    latched(this.words, () => this.buryLatched(thread));
    tellChange(this.words);
  }

  leave(): void {}

  /** Gets on if that is possible now; the thread has the latch. */
  protected abstract attempt(hasSlept: boolean): boolean;

  /** Takes back what an ended thread held; the thread has the latch. */
  protected abstract buryLatched(thread: number): void;

  abstract suspects(): readonly number[];
}
