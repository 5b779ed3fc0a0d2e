import { thread, ThreadSlot } from "../thread/thread.ts";
import { Deadlines } from "./deadlines.ts";
import type { Wait } from "./wait.ts";
import { checkMs, checkOptions, checkSignal } from "../vocabulary/checks.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

/** The waits of this thread's channels and shared objects: while there is one, the program stays alive. */
const deadlines = new ThreadSlot(() => new Deadlines(thread().platform.clock, true));

/** @throws {Error} when the options are not those of a wait; the signal's reason when it is aborted. */
export function checkWait(doing: string, options: WaitOptions): void {
  checkOptions(doing, options);
  const { signal, timeoutMs } = options;
  checkMs(doing, "timeoutMs", timeoutMs);
  checkSignal(doing, signal);
  signal?.throwIfAborted();
}

/** Takes away the limits of a wait that is certain to end. */
export function unlimitWait<T>(wait: Wait<T>): void {
  deadlines.here.unlimit(wait as Wait);
}

/** Puts a wait that has begun under its limits. A time of 0 is handled by the caller. */
export function limitWait<T>(wait: Wait<T>, { signal, timeoutMs = Infinity }: WaitOptions): void {
  if (!wait.settled) deadlines.here.start(wait, signal, timeoutMs === 0 ? Infinity : timeoutMs);
}

/** Whether a wait ended because its time was over. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
