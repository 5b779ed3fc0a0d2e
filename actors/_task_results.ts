import type { TaskResult } from "./supervisor.ts";

/** The results of tasks, kept for everybody who asks: one entry each. */
export class TaskResults {
  /** In order of start; a hole until it is there. */
  readonly #all: TaskResult[] = [];
  /** In the order in which they came. */
  readonly #finished: TaskResult[] = [];
  #started = 0;
  #news = Promise.withResolvers<void>();

  /** A task has been started; returns what takes its result. */
  begin(): (result: TaskResult) => void {
    const position = this.#started++;
    return (result) => {
      this.#all[position] = result;
      this.#finished.push(result);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    };
  }

  /** Those that are there, then those that come, until all that were started by then are there. */
  async *inOrderOfEnd(): AsyncGenerator<TaskResult, undefined, undefined> {
    for (let next = 0; next < this.#started; next++) {
      while (next >= this.#finished.length) await this.#news.promise;
      yield this.#finished[next]!;
    }
    return undefined;
  }

  /** All of them, once all that have been started by then are there. */
  async inOrderOfStart(): Promise<TaskResult[]> {
    while (this.#finished.length < this.#started) await this.#news.promise;
    return [...this.#all];
  }
}
