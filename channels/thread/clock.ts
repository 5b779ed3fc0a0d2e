import { soon, yieldTo } from "../vocabulary/kept.ts";
import {
  isFaked,
  now,
  realTimerSource,
  type SetTimeout,
  type TimerSource,
  timerSource,
  wallTime,
} from "./_time.ts";

/** A timer that was set. */
export interface Timer {
  /** The callback will not be called any more. */
  cancel(): void;
  /** Whether the process has to stay alive for it. */
  keepAlive(keep: boolean): void;
  /** Whether timers are still set with what this one was set with. */
  isCurrent(): boolean;
}

/** Where time and order come from; one place, so that another one can take its place. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Milliseconds since 1970, the same in all threads: also while a test moves the time of this one. */
  wallTime(): number;
  /** Whether a test moves the time, so that it is not that of other threads. */
  readonly isFaked: boolean;
  /** Calls back after a number of milliseconds, which can be of any size; never after `Infinity`. */
  setTimer(fn: () => void, ms: number): Timer;
  /** The same in real time: for the own work of this package, such as looking after other threads. */
  setRealTimer(fn: () => void, ms: number): Timer;
  /** Calls back after the current microtasks, outside of the async context of the caller. */
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
/** Whether a microtask outside of any async context is about to look for more, so that no wake is needed. */
let isLooking = false;
let wake: () => void;
const keep = (resolve: () => void) => void (wake = resolve);

// What a promise calls has the async context in which `then` was called, whoever resolves it: here always that of the
// import of this module.
function awaitNext(): void {
  new Promise<void>(keep).then(wakeUp);
}

function wakeUp(): void {
  awaitNext();
  callNext();
}

function callNext(): void {
  const fn = next!;
  next = others.length === 0 ? null : others.shift()!;
  // Outside of any context too, and cheaper than a wake: an actor that answers is often asked again within this run.
  isLooking = true;
  try {
    fn();
  } finally {
    soon(look);
  }
}

function look(): void {
  isLooking = false;
  if (next !== null) callNext();
}

awaitNext();

function timerFrom(source: TimerSource, fn: () => void, ms: number): Timer {
  let id: ReturnType<SetTimeout>;
  let isKept = true;
  let left = ms;
  const next = () => {
    const piece = Math.min(left, LONGEST_MS);
    left -= piece;
    id = source.set.call(globalThis, left > 0 ? next : fn, piece);
    if (!isKept && source.isReal) Deno.unrefTimer(id);
  };
  next();
  return {
    cancel: () => source.clear.call(globalThis, id),
    keepAlive(keep) {
      isKept = keep;
      if (!source.isReal) return;
      if (keep) Deno.refTimer(id);
      else Deno.unrefTimer(id);
    },
    isCurrent: () => timerSource().set === source.set,
  };
}

/** The clock of the platform, which tests may move. */
export const systemClock: Clock = {
  now,
  wallTime,
  get isFaked() {
    return isFaked();
  },
  setTimer: (fn, ms) => timerFrom(timerSource(), fn, ms),
  setRealTimer: (fn, ms) => timerFrom(realTimerSource(), fn, ms),
  soon(fn) {
    if (next !== null) return void others.push(fn);
    next = fn;
    if (!isLooking) wake();
  },
  yieldTo,
  random: Math.random,
};
