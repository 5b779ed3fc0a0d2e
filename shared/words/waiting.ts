import type { Waited } from "../../channels/vocabulary/timeout_error.ts";

/** An attempt that is repeated until it succeeds; in between the thread sleeps on a word of shared memory. */
export interface Waiting extends Waited {
  /** The memory of the word to sleep on. */
  readonly words: Int32Array;
  /** Index of the word to sleep on. */
  readonly at: number;
  /** While the word has this value nothing has changed for this wait; valid after a step that did not succeed. */
  readonly seen: number;
  /** Whether it can succeed before an earlier wait for the same word. */
  readonly isUnordered?: boolean;
  /** Tries once. Returns whether it succeeded; otherwise the next change of the word wakes it. */
  step(hasSlept: boolean): boolean;
  /** Threads whose end would let it succeed. The main thread and this one need not be named. */
  suspects(): readonly number[];
  /** Frees what a thread that has ended still held. */
  bury(thread: number): void;
  /** Runs when it is given up, by a limit or an abort. A wake that it may have used up has to be passed on. */
  leave(): void;
}

/**
 * How long a sleep lasts at most, in milliseconds, before the waiter looks for itself: the wake may have gone to a
 * thread that ended before it could use it.
 */
export const SLICE_MS = 100;

/** Milliseconds after which a waiting thread is not overtaken by newcomers any more, as with Go's mutex. */
export const URGENT_MS = 1;
