import { type Child, stopInOrder, TimeShare, within } from "../cell/children.ts";
import type { Runtime } from "../lifecycle/runtime.ts";

/** Ends what the system started from one host. */
export class WindUp {
  readonly #host: Runtime;
  #isStopping = false;
  /** What actors had to give up since. */
  readonly #givenUp: Child[] = [];

  constructor(host: Runtime) {
    this.#host = host;
  }

  /**
   * Waits for the tasks, then stops the rest in reverse order, what waits in the mailboxes first. A task that takes
   * longer goes on meanwhile.
   *
   * @param others Ends, between the two, what was started elsewhere; gives the names of what did not end.
   * @returns The names of what did not end within `ms` milliseconds; the actors among them are killed.
   */
  async run(ms: number, others: (ms: number) => Promise<string[]>): Promise<string[]> {
    const { clock, runs } = this.#host;
    using time = new TimeShare(clock, ms);
    await time.wait(this.#tasksOver());
    const abandoned = await others(time.leftMs);
    this.#isStopping = true;
    const left = await stopInOrder(clock, this.#host, true, time.leftMs);
    await within(clock, time.leftMs, this.#tasksOver());
    const labels = [...left, ...this.#givenUp].map(({ label }) => label);
    return [...abandoned, ...labels, ...runs.values()];
  }

  /** An actor has ended that had to give up these of its children. */
  gaveUp(children: Child[]): void {
    if (this.#isStopping) this.#givenUp.push(...children);
  }

  async #tasksOver(): Promise<void> {
    await Promise.allSettled(Array.from(this.#host.runs.keys(), (run) => run.promise));
  }
}
