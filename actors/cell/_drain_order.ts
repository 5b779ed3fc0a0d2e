import type { ExitReason } from "../vocabulary/exit_reason.ts";

/**
 * The order to handle what waits and then to end. It is given to the actor, not to one of its lives: no restart undoes
 * it, and from then on no supervisor decides whether there is another life.
 */
export class DrainOrder {
  readonly reason: ExitReason;
  #waiting = Infinity;

  constructor(reason: ExitReason) {
    this.reason = reason;
  }

  /** Whether fewer messages wait than at the restart before: such restarts come to an end by themselves. */
  hasProgress(waiting: number): boolean {
    const before = this.#waiting;
    this.#waiting = waiting;
    return waiting < before;
  }
}
