import { checkMs } from "../../channels/vocabulary/checks.ts";
import { flushLinks } from "../../channels/link/link.ts";
import { realNow } from "../../channels/vocabulary/kept.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";
import { timeoutError } from "../../channels/vocabulary/timeout_error.ts";
import { SLICE_MS, type Waiting } from "./waiting.ts";
import { Watchdog } from "./_watchdog.ts";
import { wakeOwnSleeper } from "./parking.ts";

// After that time the thread that holds what is waited for may have ended. A hold is seldom longer, and a watchdog is
// not for free.
const PATIENCE_MS = 2 * SLICE_MS;

/** Blocks the thread until the wait is over. Returns whether it succeeded: `false` when its time is over. */
export function block(waiting: Waiting, timeoutMs: number): boolean {
  if (waiting.step(false)) return true;
  if (timeoutMs === 0) {
    waiting.leave();
    return false;
  }
  const { words, at } = waiting;
  wakeOwnSleeper(words, at);
  flushLinks();
  let now = realNow();
  const deadline = now + timeoutMs;
  let nextLook = now + PATIENCE_MS;
  using watchdog = new Watchdog((thread) => waiting.bury(thread));
  while (now < deadline) {
    Atomics.wait(words, at, waiting.seen, Math.min(deadline - now, SLICE_MS));
    if (waiting.step(true)) return true;
    now = realNow();
    // By the clock: the thread can be woken all the time in vain.
    if (now < nextLook) continue;
    watchdog.watch(waiting.suspects());
    nextLook = now + SLICE_MS;
  }
  waiting.leave();
  return false;
}

/** The same; not succeeding in time is an error. */
export function blockOrThrow(waiting: Waiting, timeoutMs: number): void {
  if (!block(waiting, timeoutMs)) throw timeoutError(waiting, timeoutMs);
}

/** @throws {RangeError} when the time is negative or no number. */
export function blockingLimit(doing: string, { timeoutMs }: BlockingWaitOptions): number {
  checkMs(doing, "timeoutMs", timeoutMs);
  return timeoutMs ?? Infinity;
}
