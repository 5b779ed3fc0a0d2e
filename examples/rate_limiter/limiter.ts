import { ActorStoppedError, type ActorSystem, type RefOf } from "@troupe/actors";
import { bucket, type Rate } from "./bucket.ts";

type Bucket = Promise<RefOf<typeof bucket>>;

/** Keeps a {@linkcode bucket} for each key, on all workers. */
export class RateLimiter {
  #buckets = new Map<string, Bucket>();
  #create: () => Bucket;

  constructor(system: ActorSystem, rate: Rate) {
    this.#create = () => system.spawn(bucket, rate);
  }

  /** Resolves to whether one more request of `key` is within the rate. */
  async allows(key: string): Promise<boolean> {
    const found = this.#buckets.getOrInsertComputed(key, () => this.#add(key));
    try {
      return await (await found).ask.take();
    } catch (error) {
      if (!(error instanceof ActorStoppedError)) throw error;
      this.#forget(key, found);
      return await this.allows(key); // It was full and ended; the next one is full, too.
    }
  }

  #add(key: string): Bucket {
    const created = this.#create();
    const forget = () => this.#forget(key, created);
    created.then(({ exited }) => exited).then(forget, forget);
    return created;
  }

  #forget(key: string, old: Bucket): void {
    if (this.#buckets.get(key) === old) this.#buckets.delete(key);
  }
}
