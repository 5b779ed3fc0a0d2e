import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { blockingLimit, blockOrThrow } from "../words/blocking.ts";
import {
  beginHold,
  isAbandoned,
  isHeldBy,
  isHeldHere,
  releaseAny,
  selfWaitError,
  STATE,
  suspendHold,
} from "./_hold.ts";
import { hasLine, parkOrThrow } from "../words/parking.ts";
import { LockWait } from "../words/lock_wait.ts";
import { BUSY, free, spin, type Taken, TAKEN_ABANDONED, tryTake } from "../words/lock_word.ts";
import { ownWords } from "../words/memory.ts";
import { registerWords, wordsToken } from "../words/handles.ts";
import { SUSPEND, type Suspended } from "./_suspend.ts";
import { ownThread } from "../words/thread.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";
import type { Lock, LockGuard } from "../vocabulary/lock.ts";

const WORDS = 2;

class MutexGuard implements LockGuard {
  readonly #words: Int32Array;
  readonly #hold: number;
  #isAbandoned: boolean;

  constructor(words: Int32Array, taken: Taken) {
    this.#words = words;
    this.#isAbandoned = taken === TAKEN_ABANDONED;
    this.#hold = beginHold(words, this.#isAbandoned);
  }

  get abandoned(): boolean {
    // It may have been taken again meanwhile, after a wait for a condition.
    if (isHeldBy(this.#words, this.#hold)) this.#isAbandoned = isAbandoned(this.#words);
    return this.#isAbandoned;
  }

  release(): void {
    if (isHeldBy(this.#words, this.#hold)) free(this.#words, STATE, ownThread);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * Mutual exclusion between threads, and between the async functions of one.
 *
 * Not re-entrant: see {@linkcode RecursiveMutex}. Waiters are served about in the order in which they came, but a
 * newcomer may take a lock that was just released; after a wait of a millisecond a thread is not overtaken any more.
 * Acquiring and releasing a free lock takes some tens of nanoseconds. It can be sent in any message, and what arrives
 * is the same lock.
 *
 * When the thread that holds it ends, waiters notice within a second or two, and the next owner's guard is `abandoned`.
 * A Web Worker that is terminated in an endless loop or a blocking wait goes on, and so does its hold.
 *
 * | word | name  | meaning                                                       |
 * | ---- | ----- | ------------------------------------------------------------- |
 * | 0    | state | the owner's thread and flags, see `shared/words/lock_word.ts`; 0: free    |
 * | 1    | hold  | which of its holds the owner has, see `shared/locks/_hold.ts`              |
 *
 * Bytes: 8, aligned to 4. Zeroed memory is a free lock. The sources of the algorithm are named in `shared/words/lock_word.ts`.
 *
 * @example Guard a counter
 * ```ts
 * import { Mutex } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const mutex = new Mutex();
 * let count = 0;
 * async function increment() {
 *   using _guard = await mutex.acquire();
 *   const seen = count;
 *   await Promise.resolve();
 *   count = seen + 1;
 * }
 * await Promise.all([increment(), increment(), increment()]);
 * assertEquals(count, 3);
 * ```
 */
export class Mutex implements Lock {
  readonly #words: Int32Array<SharedArrayBuffer> = ownWords(WORDS);

  /**
   * Waits for the lock; the thread does other things meanwhile.
   *
   * @example Give up after some time
   * ```ts
   * import { Mutex } from "@troupe/actors/shared";
   * import { assertRejects } from "@std/assert";
   *
   * const mutex = new Mutex();
   * using _guard = await mutex.acquire();
   * await assertRejects(() => mutex.acquire({ timeoutMs: 10 }), DOMException, "not free");
   * ```
   *
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   */
  async acquire(options?: WaitOptions): Promise<LockGuard> {
    const words = this.#words;
    if (options === undefined && !hasLine(words, STATE)) {
      const taken = tryTake(words, STATE);
      if (taken !== BUSY) return new MutexGuard(words, taken);
    }
    const wait = new LockWait(words, STATE, "acquire Mutex");
    await parkOrThrow(wait, options ?? {});
    return new MutexGuard(words, wait.taken);
  }

  /**
   * Blocks the thread until it has the lock: nothing else runs on it meanwhile.
   *
   * @example
   * ```ts
   * import { Mutex } from "@troupe/actors/shared";
   * import { assertThrows } from "@std/assert";
   *
   * const mutex = new Mutex();
   * using _guard = mutex.acquireSync();
   * assertThrows(() => mutex.acquireSync(), Error, "this thread holds it");
   * ```
   *
   * @throws {Error} when this thread holds it, so that the wait would never end.
   * @throws {DOMException} `TimeoutError`.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   */
  acquireSync(options?: BlockingWaitOptions): LockGuard {
    const taken = tryTake(this.#words, STATE);
    return new MutexGuard(this.#words, taken === BUSY ? this.#takeBusy(options ?? {}) : taken);
  }

  /** Takes the lock if it is free; never waits. */
  tryAcquire(): LockGuard | undefined {
    const taken = tryTake(this.#words, STATE);
    return taken === BUSY ? undefined : new MutexGuard(this.#words, taken);
  }

  /**
   * Releases the lock, also when another thread holds it; the owner's guard does nothing then.
   *
   * @throws {Error} when it is free.
   */
  release(): void {
    releaseAny(this.#words, "Mutex");
  }

  /** @ignore */
  [SUSPEND](doing: string): Suspended {
    return suspendHold(this.#words, doing);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return wordsToken("shared.mutex", this.#words, outlet);
  }

  #takeBusy(options: BlockingWaitOptions): Taken {
    const words = this.#words;
    const timeoutMs = blockingLimit("acquire Mutex", options);
    if (isHeldHere(words)) throw selfWaitError("acquire Mutex");
    const taken = timeoutMs === 0 ? BUSY : spin(words, STATE);
    if (taken !== BUSY) return taken;
    const wait = new LockWait(words, STATE, "acquire Mutex");
    blockOrThrow(wait, timeoutMs);
    return wait.taken;
  }
}

registerWords("shared.mutex", () => new Mutex());
