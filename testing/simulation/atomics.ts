import type { SimulatedThread } from "./thread.ts";

type Words = Int32Array | BigInt64Array;

interface Waiter {
  readonly thread: SimulatedThread;
  readonly buffer: SharedArrayBuffer;
  /** Byte of the word. */
  readonly at: number;
  readonly resolve: (outcome: "ok" | "timed-out") => void;
  /** Ends its time limit. */
  readonly cancel: () => void;
}

/** Waits on shared memory, as far as they do not block. */
export class AsyncAtomics {
  readonly #current: () => SimulatedThread;
  readonly #waiters = new Set<Waiter>();

  /** @param current Gives the thread that runs. */
  constructor(current: () => SimulatedThread) {
    this.#current = current;
  }

  /** What takes the place of those of `Atomics`. */
  functions(): Record<string, unknown> {
    const refuse = () => {
      throw new TypeError(
        "Cannot wait in a simulation: Atomics.wait() would block all of its threads; use the async form",
      );
    };
    return {
      wait: refuse,
      waitAsync: this.#waitAsync.bind(this),
      notify: this.#notify.bind(this),
    };
  }

  /** It waits no more. */
  drop(thread: SimulatedThread): void {
    for (const waiter of this.#waiters) if (waiter.thread === thread) this.#waiters.delete(waiter);
  }

  #waitAsync(words: Words, at: number, value: number | bigint, ms = Infinity) {
    if (Atomics.load(words as Int32Array, at) !== value) {
      return { async: false, value: "not-equal" };
    }
    if (ms <= 0) return { async: false, value: "timed-out" };
    const thread = this.#current();
    const { promise, resolve } = Promise.withResolvers<"ok" | "timed-out">();
    const late = () => {
      this.#waiters.delete(waiter);
      resolve("timed-out");
    };
    const { cancel } = thread.own.platform.clock.setTimer(late, ms);
    const buffer = words.buffer as SharedArrayBuffer;
    const waiter: Waiter = { thread, buffer, at: wordAt(words, at), resolve, cancel };
    this.#waiters.add(waiter);
    return { async: true, value: promise };
  }

  #notify(words: Words, at: number, count = Infinity): number {
    let woken = 0;
    for (const waiter of this.#waiters) {
      if (woken === count) break;
      if (waiter.buffer !== words.buffer || waiter.at !== wordAt(words, at)) continue;
      this.#waiters.delete(waiter);
      waiter.cancel();
      const run = () => waiter.resolve("ok");
      waiter.thread.expect({ what: "is woken", run });
      woken++;
    }
    return woken;
  }
}

const wordAt = (words: Words, at: number) => words.byteOffset + at * words.BYTES_PER_ELEMENT;
