import type { Clock } from "../../channels/thread/clock.ts";
import { RestartBudget } from "./restart_budget.ts";

/**
 * How often an actor without a supervisor starts again: its failures and the losses of its thread count together.
 *
 * When the actor was started from another host, each of the two hosts has a copy of the budget: where the actor lives
 * failures are counted, and told before the next life begins; where it was started from losses are, and the next life
 * is told of all.
 */
export class OwnBudget {
  readonly #clock: Clock;
  readonly #budget = new RestartBudget();

  /** @param ages How long ago the actor has started again before, in milliseconds, the oldest first. */
  constructor(clock: Clock, ages: readonly number[] = []) {
    this.#clock = clock;
    const now = clock.now();
    for (const age of ages) this.#budget.spend(now - age);
  }

  /** Notes a restart; false when it is one too many. */
  spend(): boolean {
    return this.#budget.spend(this.#clock.now());
  }

  /** How long ago the restarts were that count still, in milliseconds, the oldest first. */
  get ages(): number[] {
    return this.#budget.ages(this.#clock.now());
  }
}
