import type { LockOptions } from "../../channels/thread/locks.ts";
import type { Platform } from "../../channels/thread/platform.ts";
import type { SimulatedThread } from "./thread.ts";

interface Request {
  readonly thread: SimulatedThread;
  readonly isShared: boolean;
  readonly granted: () => void;
}

/** The locks of one world, as Web Locks: each name has those who hold it, and those who wait in order. */
export class SimulatedLocks {
  readonly #held = new Map<string, Request[]>();
  readonly #waiting = new Map<string, Request[]>();

  /** The locks as one thread sees them. */
  of(thread: SimulatedThread): Platform["locks"] {
    return {
      request: (name, options, granted) => this.#request(thread, name, options, granted),
    };
  }

  /** A thread has ended: others get what it held. */
  release(thread: SimulatedThread): void {
    for (const requests of [...this.#held.values(), ...this.#waiting.values()]) {
      const left = requests.filter((each) => each.thread !== thread);
      requests.splice(0, requests.length, ...left);
    }
    for (const name of [...this.#waiting.keys()]) this.#grant(name);
  }

  /** The names that somebody holds. */
  get held(): string[] {
    return Array.from(this.#held).filter(([, { length }]) => length > 0).map(([name]) => name);
  }

  isHeld(name: string): boolean {
    return (this.#held.get(name)?.length ?? 0) > 0;
  }

  #request(
    thread: SimulatedThread,
    name: string,
    { mode, ifAvailable = false, signal }: LockOptions,
    callback: (lock: unknown) => unknown,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const call = async (lock: unknown) => await callback(lock);
    const granted = () => {
      const isOver = () => this.#leave(name, request);
      const run = () => void call({ name }).finally(isOver).then(() => resolve(), reject);
      thread.expect({ what: "gets the lock", data: name, run });
    };
    const request: Request = { thread, isShared: mode === "shared", granted };
    const waiting = this.#waiting.getOrInsertComputed(name, () => []);
    waiting.push(request);
    signal?.addEventListener("abort", () => {
      if (!waiting.includes(request)) return;
      waiting.splice(waiting.indexOf(request), 1);
      reject(signal.reason);
      this.#grant(name);
    });
    this.#grant(name);
    if (ifAvailable && waiting.includes(request)) {
      waiting.splice(waiting.indexOf(request), 1);
      const run = () => void call(null).then(() => resolve(), reject);
      thread.expect({ what: "does not get the lock", data: name, run });
    }
    return promise;
  }

  #leave(name: string, request: Request): void {
    const held = this.#held.get(name) ?? [];
    if (!held.includes(request)) return;
    held.splice(held.indexOf(request), 1);
    this.#grant(name);
  }

  /** Those that wait first, as far as they can have it at the same time. */
  #grant(name: string): void {
    const held = this.#held.getOrInsertComputed(name, () => []);
    const waiting = this.#waiting.get(name) ?? [];
    while (waiting.length > 0) {
      const [next] = waiting as [Request];
      if (held.length > 0 && !(next.isShared && held.every(({ isShared }) => isShared))) return;
      held.push(next);
      waiting.shift();
      next.granted();
    }
  }
}
