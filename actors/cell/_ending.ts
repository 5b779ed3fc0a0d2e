import type { Clock } from "../../channels/thread/clock.ts";
import { frameless } from "../../channels/vocabulary/frameless.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";

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

  /** There is one more reason to end. An order to kill stands above all, one that rules out a restart above others. */
  add(reason: ExitReason, mayRestart: boolean): void {
    if (reason.kind === "killed" || this.mayRestart && !mayRestart) this.reason = reason;
    this.mayRestart &&= mayRestart;
  }

  /** Async turns that go on are not waited for any more. */
  abandonTurns(): void {
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

  /** The error of somebody whom it leaves without an answer. */
  errorFor(actor: string, doing: string): ActorStoppedError {
    const { reason, mayRestart } = this;
    const isFailure = reason.kind === "error";
    const state = !mayRestart ? "has ended" : isFailure ? "has failed" : "starts again";
    const cause = isFailure ? { cause: reason.error } : {};
    return frameless(() => new ActorStoppedError(actor, doing, { ...cause, state }));
  }
}
