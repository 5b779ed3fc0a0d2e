import { checkMs } from "../../channels/vocabulary/checks.ts";
import { flushLinks } from "../../channels/link/link.ts";
import { realNow } from "../../channels/vocabulary/kept.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";
import { timeoutError } from "../../channels/vocabulary/timeout_error.ts";
import { SLICE_MS, type Waiting } from "./waiting.ts";
import { vigil } from "./_vigil.ts";
import { wakeOwnSleeper } from "./parking.ts";

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
  const began = realNow();
  const deadline = began + timeoutMs;
  let now = began;
  try {
    while (now < deadline) {
      Atomics.wait(words, at, waiting.seen, Math.min(deadline - now, SLICE_MS));
      const isOver = waiting.step(true);
      now = realNow();
      if (isOver) return true;
      // By the clock: the thread can be woken all the time in vain.
      vigil.look(waiting, began, now);
    }
    waiting.leave();
    return false;
  } finally {
    vigil.rest(waiting, began, now);
  }
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
