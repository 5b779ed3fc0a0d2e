import { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { CellEnvironment, LocalActor } from "./environment.ts";
import type { Guard } from "./guard.ts";
import { OwnBudget } from "./own_budget.ts";

/**
 * What is between the lives of an actor: who allows the next one, and who waits for it. Only actors have it that have
 * failed, or were told to start again.
 */
export class Restarts {
  readonly #environment: CellEnvironment;
  readonly #actor: LocalActor;
  #budget: OwnBudget | null = null;
  /** Settles when the life that the guard has asked for runs. */
  #resumed: PromiseWithResolvers<void> | null = null;
  /** Settles when the life that the guard has halted has ended. */
  #halted: PromiseWithResolvers<void> | null = null;

  constructor(environment: CellEnvironment, actor: LocalActor) {
    this.#environment = environment;
    this.#actor = actor;
  }

  /** Whether the guard has halted the life that ends. */
  get isHalted(): boolean {
    return this.#halted !== null;
  }

  /** Resolves when the life that the guard halts has ended. */
  halted(): Promise<void> {
    return (this.#halted ??= Promise.withResolvers()).promise;
  }

  /**
   * Resolves when the next life runs, or the actor has come to its final end.
   *
   * @throws Rejects with the error of that life when the actor waits again.
   */
  resumed(): Promise<void> {
    return (this.#resumed = Promise.withResolvers<void>()).promise;
  }

  /** A life runs. */
  runs(): void {
    this.#resumed?.resolve();
    this.#resumed = null;
  }

  /** A life has ended: the guard decides whether there will be another one. */
  wait(guard: Guard, reason: ExitReason): void {
    const resumed = this.#resumed;
    const halted = this.#halted;
    this.#resumed = this.#halted = null;
    halted?.resolve();
    if (resumed !== null) {
      const { label } = this.#actor;
      resumed.reject(
        reason.kind === "error" ? reason.error : new ActorStoppedError(label, "restart"),
      );
    } else if (halted === null) {
      guard.failed(reason, this.#actor.serial);
    }
  }

  /** Nobody waits any more. */
  close(): void {
    this.#resumed?.resolve();
    this.#halted?.resolve();
  }

  /** What the actor has spent elsewhere of its own budget. */
  takeOver(ages: readonly number[]): void {
    this.#budget = new OwnBudget(this.#environment.clock, ages);
  }

  /** Whether one more life is within the actor's own budget; if so, that is spent. */
  spend(): boolean {
    const { owner, serial } = this.#actor;
    this.#budget ??= new OwnBudget(this.#environment.clock);
    if (!this.#budget.spend()) return false;
    if (typeof owner === "number") this.#environment.actors.startsAgain(owner, serial);
    return true;
  }

  /** An async `setup` gets as much time as the first one. */
  limitSetup(started: Promise<void>, fail: (error: unknown) => void): void {
    const { clock, settings } = this.#environment;
    const { startTimeoutMs = settings.startTimeoutMs } = this.#actor.options;
    const late = () =>
      fail(new DOMException(`setup took more than ${startTimeoutMs} ms`, "TimeoutError"));
    const timer = clock.setTimer(late, startTimeoutMs);
    started.catch(fail).finally(() => timer.cancel());
  }
}
