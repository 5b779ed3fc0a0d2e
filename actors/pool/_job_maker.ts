import { capture, draftOf, settle } from "../../channels/packing/capture.ts";
import { type Destination, OVER_LINK, STAYS_HERE } from "../../channels/packing/destination.ts";
import { type Draft, givenTwice } from "../../channels/packing/draft.ts";
import { rootOf } from "./_items.ts";
import { Job, type JobKind, type JobOwner, type PoolTask } from "./_job.ts";

/** Makes jobs of what a pool is given: captures it for those who do them. */
export class JobMaker {
  readonly #owner: JobOwner;
  readonly #retries: number;

  constructor(owner: JobOwner, retries: number) {
    this.#owner = owner;
    this.#retries = retries;
  }

  /** A job of its own. */
  one(
    kind: JobKind,
    task: PoolTask,
    values: readonly unknown[],
    root: string,
    items: number,
    signal: AbortSignal | undefined,
  ): Job {
    const packet = capture(values, this.#destination, "message", root);
    return new Job(this.#owner, kind, task, packet, items, this.#retries, signal);
  }

  /** A job for each chunk of some items. Nothing is given away before all are known to be able to cross. */
  forChunks(
    kind: "map" | "starmap",
    task: PoolTask,
    items: readonly unknown[],
    chunkSize: number,
  ): Job[] {
    const count = Math.ceil(items.length / chunkSize);
    const starts = Array.from({ length: count }, (_, at) => at * chunkSize);
    const drafts = starts.map((start): Draft => {
      const chunk = items.slice(start, start + chunkSize);
      return draftOf([chunk], this.#destination, "message", rootOf(start));
    });
    const twice = givenTwice(drafts);
    if (twice >= 0) {
      const root = rootOf(starts[twice]!);
      throw new TypeError(
        `Cannot send message: ${root} gives away what an item before it gives away`,
      );
    }
    const jobs: Job[] = [];
    try {
      for (const [at, draft] of drafts.entries()) {
        const start = starts[at]!;
        const packet = settle(draft, "message", rootOf(start));
        const count = Math.min(chunkSize, items.length - start);
        jobs.push(new Job(this.#owner, kind, task, packet, count, this.#retries, undefined));
      }
      return jobs;
    } catch (error) {
      for (const job of jobs) job.abandon();
      throw error;
    }
  }

  get #destination(): Destination {
    return this.#owner.isLocal ? STAYS_HERE : OVER_LINK;
  }
}
