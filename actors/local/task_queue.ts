import type { Clock } from "../../channels/thread/clock.ts";
import type { Reply } from "../cell/reply.ts";
import { apart } from "../cell/turn.ts";

// A message that waits behind another one in a port is delivered a round of the event loop later.
const ROUNDS = 3;

/**
 * Starts tasks one at a time, letting messages in between: a task that is cancelled while another one keeps the
 * thread busy never starts.
 */
export class TaskQueue {
  readonly #clock: Clock;
  readonly #jobs: (() => void)[] = [];
  #scheduled = false;
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many run or wait. */
  get size(): number {
    return this.#running + this.#jobs.length;
  }

  /** Whether one runs. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /**
   * Runs a task and answers with its result, unless nobody waits any more; resolves when it is over, to whether it ran.
   *
   * @param notAfter Wall time from which on it is not to start.
   */
  run(fn: () => unknown, reply: Reply, notAfter = Infinity): Promise<boolean> {
    return new Promise((resolve) => {
      this.#jobs.push(async () => {
        const isLate = this.#clock.wallTime() >= notAfter;
        const runs = !reply.settled && !isLate;
        if (runs) {
          this.#running++;
          await settle(fn, reply);
          this.#running--;
        }
        resolve(runs);
      });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#jobs.length === 0) return;
    this.#scheduled = true;
    this.#afterRounds(ROUNDS, () => {
      this.#scheduled = false;
      const job = this.#jobs.shift();
      this.#schedule();
      job?.();
    });
  }

  #afterRounds(rounds: number, then: () => void): void {
    if (rounds === 0) then();
    else this.#clock.yieldTo(() => this.#afterRounds(rounds - 1, then));
  }
}

async function settle(fn: () => unknown, reply: Reply): Promise<void> {
  try {
    reply.resolve(await apart(fn));
  } catch (error) {
    reply.reject(error);
  }
}
