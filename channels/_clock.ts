/** A timer that was set. */
export interface Timer {
  /** The callback will not be called any more. */
  cancel(): void;
  /** Whether the process has to stay alive for it. */
  keepAlive(keep: boolean): void;
}

/** Where time and order come from; one place, so that another one can take its place. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Milliseconds since 1970, the same in all threads. */
  wallTime(): number;
  /** Calls back after so many milliseconds. */
  setTimer(fn: () => void, ms: number): Timer;
  /** Calls back after the current microtasks. */
  soon(fn: () => void): void;
  /** Calls back after timers and I/O have had their turn. */
  yieldTo(fn: () => void): void;
  /** From 0 to 1, never 1. */
  random(): number;
}

// setTimeout takes 32 bits; a longer wait fires early, and whoever waits looks at the clock again.
const LONGEST_MS = 2 ** 31 - 1;

/** The clock of the platform. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer(fn, ms) {
    // In a `node:worker_threads` worker this is Node's object, elsewhere Deno takes either.
    const id = setTimeout(fn, Math.min(ms, LONGEST_MS));
    return {
      cancel: () => clearTimeout(id),
      keepAlive: (keep) => keep ? Deno.refTimer(id) : Deno.unrefTimer(id),
    };
  },
  soon: queueMicrotask,
  yieldTo: (fn) => void setImmediate(fn),
  random: Math.random,
};
