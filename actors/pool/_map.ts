import type { Deadlines } from "../../channels/waits/deadlines.ts";
import { OwnWait } from "../../channels/waits/wait.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import type { Job } from "./_job.ts";

/** The wait for all results. */
class MapWait extends OwnWait<unknown[]> {
  /** The chunk that failed. */
  culprit: Job | null = null;

  override trace(error: unknown): Promise<never> | null {
    return this.culprit === null ? null : this.culprit.traced(error);
  }
}

/** The chunks of one `map()`, as they become done. */
export class ChunkedMap {
  readonly #results: unknown[];
  readonly #jobs: Job[];
  readonly #wait: MapWait;
  readonly #onProgress: (done: number, total: number) => void;
  readonly #total: number;
  #left: number;
  #done = 0;

  constructor(
    deadlines: Deadlines,
    jobs: Job[],
    label: string,
    { signal, timeoutMs = Infinity }: WaitOptions,
    onProgress: (done: number, total: number) => void,
  ) {
    this.#jobs = jobs;
    this.#left = jobs.length;
    this.#total = jobs.reduce((sum, { items }) => sum + items, 0);
    this.#results = new Array(this.#total);
    this.#onProgress = onProgress;
    this.#wait = new MapWait(() => `map task ${label} over ${this.#total} items`);
    this.#wait.whenGivenUp = () => this.#dropAll();
    if (!deadlines.start(this.#wait, signal, timeoutMs)) {
      for (const job of jobs) job.abandon();
      return;
    }
    let start = 0;
    for (const job of jobs) {
      this.#follow(start, job);
      start += job.items;
    }
  }

  /** The results in the order of the items; rejects with the first failure. */
  get promise(): Promise<unknown[]> {
    return this.#wait.promise;
  }

  /** Whether it goes on. */
  get isOpen(): boolean {
    return !this.#wait.settled;
  }

  #follow(start: number, job: Job): void {
    job.promise.then(
      (results) => this.#finished(start, results as unknown[]),
      (error) => this.#failed(error, job),
    );
  }

  #finished(start: number, results: unknown[]): void {
    if (this.#wait.settled) return;
    // A loop is several times faster than flat().
    for (let index = 0; index < results.length; index++) {
      this.#results[start + index] = results[index];
    }
    this.#done += results.length;
    try {
      this.#onProgress(this.#done, this.#total);
    } catch (error) {
      return this.#failed(error, null);
    }
    if (--this.#left === 0) this.#wait.resolve(this.#results);
  }

  #failed(error: unknown, culprit: Job | null): void {
    this.#wait.culprit = culprit;
    this.#wait.reject(error);
    this.#dropAll();
  }

  #dropAll(): void {
    for (const job of this.#jobs) job.giveUp(undefined);
  }
}
