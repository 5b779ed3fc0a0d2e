import { yieldTo } from "./_kept.ts";

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
  /** Calls back after so many milliseconds, however many; after `Infinity` never. */
  setTimer(fn: () => void, ms: number): Timer;
  /** Calls back after the current microtasks, in the async context of nobody: not in that of the caller. */
  soon(fn: () => void): void;
  /** Calls back after timers and I/O have had their turn. */
  yieldTo(fn: () => void): void;
  /** From 0 to 1, never 1. */
  random(): number;
}

// setTimeout takes 32 bits: a longer time is waited for in pieces.
const LONGEST_MS = 2 ** 31 - 1;

let next: (() => void) | null = null;
const others: (() => void)[] = [];
let wake: () => void;

// What a promise calls has the async context in which `then` was called, whoever resolves it: here always that of the
// import of this module.
function awaitNext(): void {
  new Promise<void>((resolve) => wake = resolve).then(callNext);
}

function callNext(): void {
  awaitNext();
  const fn = next!;
  next = others.length === 0 ? null : others.shift()!;
  if (next !== null) wake();
  fn();
}

awaitNext();

/** The clock of the platform. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer(fn, ms) {
    // In a `node:worker_threads` worker this is Node's object, elsewhere Deno takes either.
    let id: ReturnType<typeof setTimeout>;
    let isKept = true;
    let left = ms;
    const next = () => {
      const piece = Math.min(left, LONGEST_MS);
      left -= piece;
      id = setTimeout(left > 0 ? next : fn, piece);
      if (!isKept) Deno.unrefTimer(id);
    };
    next();
    return {
      cancel: () => clearTimeout(id),
      keepAlive(keep) {
        isKept = keep;
        if (keep) Deno.refTimer(id);
        else Deno.unrefTimer(id);
      },
    };
  },
  soon(fn) {
    if (next !== null) return void others.push(fn);
    next = fn;
    wake();
  },
  yieldTo,
  random: Math.random,
};
