import type { Waited } from "../../channels/vocabulary/timeout_error.ts";

/** One attempt to get on that is repeated until it succeeds, sleeping on a word of shared memory in between. */
export interface Waiting extends Waited {
  /** The memory of the word to sleep on. */
  readonly words: Int32Array;
  /** Index of the word to sleep on. */
  readonly at: number;
  /** While the word has this value nothing has changed for this wait; valid after a step that did not succeed. */
  readonly seen: number;
  /** Whether it can get on before another one of the same word that has come before it. */
  readonly isUnordered?: boolean;
  /** Gets on if that is possible now, and says whether it has. Otherwise the next change of the word wakes it. */
  step(hasSlept: boolean): boolean;
  /** Threads for which it waits: their end changes something. The main thread and this one need not be named. */
  suspects(): readonly number[];
  /** Takes back what a thread held that has ended. */
  bury(thread: number): void;
  /** Runs when it is given up, by a limit or an abort. A wake that it may have used up has to be passed on. */
  leave(): void;
}

/**
 * How long a sleep lasts at most, in milliseconds, before the waiter looks for itself: the wake may have gone to a
 * thread that ended before it could use it.
 */
export const SLICE_MS = 100;

/** Who has waited for so many milliseconds is not overtaken by newcomers any more, as with Go's mutex. */
export const URGENT_MS = 1;
