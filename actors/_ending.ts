import type { Clock } from "../channels/internal.ts";
import type { ExitReason } from "./exit_reason.ts";

/** How an incarnation ends; it may get stricter on the way. */
export class Ending {
  reason: ExitReason;
  /** Whether another incarnation may follow. */
  mayRestart: boolean;
  /** Whether it begins when the synchronous part of the turn that goes on is over. */
  isPutOff = false;
  #abandonsTurns = false;
  #stopWaiting: (() => void) | null = null;

  constructor(reason: ExitReason, mayRestart: boolean) {
    this.reason = reason;
    this.mayRestart = mayRestart;
  }

  /** No other incarnation will follow. */
  forbidRestart(reason: ExitReason): void {
    if (this.mayRestart) this.reason = reason;
    this.mayRestart = false;
  }

  /** Async turns that go on are not waited for any more. */
  abandonTurns(reason: ExitReason): void {
    this.reason = reason;
    this.#abandonsTurns = true;
    this.turnsOver();
  }

  /** No async turn goes on any more. */
  turnsOver(): void {
    this.#stopWaiting?.();
  }

  /** Waits until the async turns are over or abandoned, `ms` milliseconds at most. */
  async waitForTurns(clock: Clock, ms: number): Promise<void> {
    if (this.#abandonsTurns) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stopWaiting = resolve;
    const timer = clock.setTimer(resolve, ms);
    await promise;
    timer.cancel();
  }
}
