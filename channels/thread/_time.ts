import { realNow } from "../vocabulary/kept.ts";

/**
 * What tells the time and sets timers on this thread: the platform, or what a test has put in its place
 * (`FakeTime`). Other threads keep the platform's.
 *
 * @module
 */

// As they were when this module was loaded.
const platform = { setTimeout, clearTimeout, Date };

/** Sets a timer of one piece: Node's object in a `node:worker_threads` worker, elsewhere Deno takes either. */
export type SetTimeout = (fn: () => void, ms: number) => ReturnType<typeof setTimeout>;

/** What a timer is set with, and taken back. */
export interface TimerSource {
  readonly set: SetTimeout;
  readonly clear: typeof clearTimeout;
  /** Whether the platform keeps its timers, and the process stays alive for them. */
  readonly isReal: boolean;
}

const REAL: TimerSource = {
  set: platform.setTimeout,
  clear: platform.clearTimeout,
  isReal: true,
};

/**
 * Whether a test moves the time. Both are replaced then: a date that stands still beside real timers would keep waits
 * from ever ending.
 */
export function isFaked(): boolean {
  return globalThis.setTimeout !== platform.setTimeout && globalThis.Date !== platform.Date;
}

/** What the timers of limits are set with now. */
export function timerSource(): TimerSource {
  const { setTimeout, clearTimeout } = globalThis;
  return isFaked() ? { set: setTimeout, clear: clearTimeout, isReal: false } : REAL;
}

/** What real timers are set with, whoever moves the time. */
export function realTimerSource(): TimerSource {
  return REAL;
}

/** Milliseconds since 1970, the same on all threads. */
export function wallTime(): number {
  return platform.Date.now();
}

let origin = platform.Date;
let offset = 0;
let last = 0;

/** Milliseconds, never going back; goes on where it is when a test takes the time over, or gives it back. */
export function now(): number {
  const faked = isFaked();
  const current = faked ? globalThis.Date : platform.Date;
  const read = faked ? current.now() : realNow();
  if (current !== origin) {
    origin = current;
    // Whole, so that sums of fake times are exact.
    offset = Math.ceil(last) - read;
  }
  return last = Math.max(last, read + offset);
}
