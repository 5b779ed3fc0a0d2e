import { checkCame } from "../../channels/vocabulary/malformed.ts";
import { checkCount } from "../../channels/vocabulary/checks.ts";
import { checkWait } from "../../channels/waits/limits.ts";
import {
  HANDLE,
  type Handle,
  type HandleOutlet,
  type HandleToken,
} from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { block, blockingLimit } from "../words/blocking.ts";
import { park } from "../words/parking.ts";
import { AFTER_LATCH, latched, LatchedWait, tellChange } from "../words/latch.ts";
import { madeOver, ownWords } from "../words/memory.ts";
import { memoryIn, registerShared, reviveShared, wordsToken } from "../words/handles.ts";
import { MAX_WAITS, Slots, SLOTS_WORDS } from "./_condition_waiters.ts";
import { SUSPEND, type Suspendable } from "./_suspend.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";
import type { Lock } from "../vocabulary/lock.ts";
import { Mutex } from "./mutex.ts";

const DOING = "wait for Condition";
const WORDS = AFTER_LATCH + SLOTS_WORDS;

/** A wait until this place is let go. */
class ConditionWait extends LatchedWait {
  readonly #slots: Slots;
  readonly #slot: number;

  constructor(words: Int32Array, slots: Slots) {
    super(words, DOING, "nobody notified");
    this.#slots = slots;
    this.#slot = latched(words, () => slots.enter(DOING));
  }

  /** Ends the wait. Returns whether it was let go, which may have happened after its time was over. */
  exit(): boolean {
    return latched(this.words, () => this.#slots.exit(this.#slot));
  }

  override suspects(): readonly number[] {
    return this.#slots.threads();
  }

  protected override attempt(): boolean {
    return this.#slots.isGranted(this.#slot);
  }

  protected override buryLatched(thread: number): void {
    this.#slots.bury(thread);
  }
}

/**
 * Lets those who hold a lock wait for what others do under it.
 *
 * {@linkcode Condition.wait} releases the lock, waits to be notified, and has the lock again however the wait ends. A
 * notification goes to exactly as many as it is for, those that have waited longest; nobody gets one that came before
 * its wait. A thread holds the lock as a whole: it is not noticed when another async function of the thread took it, so
 * wait only under a guard of your own. At most 256 can wait at the same time. It can be sent in any message, with its
 * lock, and what arrives is the same condition.
 *
 * A notified thread that ends before it goes on passes its notification to the next one that waited then, within a
 * second or two.
 *
 * | word | meaning                                        |
 * | ---- | ---------------------------------------------- |
 * | 0-1  | latch and changes, see `shared/words/latch.ts`             |
 * | 2-   | those that wait, see `shared/locks/_condition_waiters.ts`               |
 *
 * @example Wait for a value
 * ```ts
 * import { Condition } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const condition = new Condition();
 * const stock: string[] = [];
 *
 * async function take() {
 *   using _guard = await condition.lock.acquire();
 *   await condition.waitFor(() => stock.length > 0);
 *   return stock.pop();
 * }
 * const taken = take();
 * {
 *   using _guard = await condition.lock.acquire();
 *   stock.push("apple");
 *   condition.notify();
 * }
 * assertEquals(await taken, "apple");
 * ```
 */
export class Condition {
  /** The lock that is released while somebody waits. */
  readonly lock: Lock;
  readonly #words: Int32Array<SharedArrayBuffer> = ownWords(WORDS);
  readonly #slots: Slots = new Slots(this.#words, AFTER_LATCH);
  readonly #suspendable: Suspendable & Handle;

  /**
   * Makes a condition of a lock, which it may share with others; a new {@linkcode Mutex} by default.
   *
   * @throws {TypeError} when the lock is none of this package's.
   */
  constructor(lock: Lock = new Mutex()) {
    if (!isSuspendable(lock)) {
      throw new TypeError("Cannot create Condition: lock must be a Mutex or a RecursiveMutex");
    }
    this.lock = lock;
    this.#suspendable = lock;
  }

  /**
   * Waits for a notification; the thread does other things meanwhile.
   *
   * @returns `false` when its time was over first.
   * @throws {Error} when this thread does not hold the lock.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when 256 wait already.
   * @throws The signal's reason, with the lock held again.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    checkWait(DOING, options);
    const suspended = this.#suspendable[SUSPEND](DOING);
    const wait = new ConditionWait(this.#words, this.#slots);
    suspended.interrupt();
    const [outcome] = await Promise.allSettled([park(wait, options)]);
    await suspended.resume();
    // A notification that came after the end of its time, or after an abort, is not lost.
    if (wait.exit()) return true;
    if (outcome.status === "rejected") throw outcome.reason;
    return false;
  }

  /**
   * Blocks the thread until a notification comes.
   *
   * @returns `false` when its time was over first.
   * @throws {Error} when this thread does not hold the lock.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when 256 wait already.
   */
  waitSync(options: BlockingWaitOptions = {}): boolean {
    const timeoutMs = blockingLimit(DOING, options);
    const suspended = this.#suspendable[SUSPEND](DOING);
    const wait = new ConditionWait(this.#words, this.#slots);
    suspended.interrupt();
    block(wait, timeoutMs);
    suspended.resumeSync();
    return wait.exit();
  }

  /**
   * Waits until the predicate holds; it is asked under the lock, at first and after each notification.
   *
   * @returns `false` when its time was over first.
   * @throws {Error} when this thread does not hold the lock.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when 256 wait already.
   * @throws The signal's reason, or what the predicate throws, with the lock held.
   */
  async waitFor(predicate: () => boolean, options: WaitOptions = {}): Promise<boolean> {
    checkWait(DOING, options);
    const left = countdown(options.timeoutMs);
    while (!predicate()) {
      if (!await this.wait({ ...options, timeoutMs: left() })) return predicate();
    }
    return true;
  }

  /**
   * Blocks the thread until the predicate holds; see {@linkcode Condition.waitFor}.
   *
   * @returns `false` when its time was over first.
   * @throws {Error} when this thread does not hold the lock.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when 256 wait already.
   */
  waitForSync(predicate: () => boolean, options: BlockingWaitOptions = {}): boolean {
    const left = countdown(blockingLimit(DOING, options));
    while (!predicate()) {
      if (!this.waitSync({ timeoutMs: left() })) return predicate();
    }
    return true;
  }

  /**
   * Lets those go on that have waited longest, at most `count`. They need the lock: hold it, and release it soon.
   *
   * @throws {RangeError} when the number is not a whole one from 0 on.
   */
  notify(count = 1): void {
    checkCount("notify Condition", "count", count, 0);
    if (latched(this.#words, () => this.#slots.grant(count))) tellChange(this.#words);
  }

  /** Lets all go on that wait. */
  notifyAll(): void {
    this.notify(MAX_WAITS);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    const words = wordsToken("shared.condition", this.#words, outlet);
    return [...words, this.#suspendable[HANDLE](outlet)];
  }
}

function isSuspendable(lock: Lock): lock is Lock & Suspendable & Handle {
  return SUSPEND in lock && HANDLE in lock;
}

/** What is left of a time, from now on. */
function countdown(timeoutMs = Infinity): () => number {
  const end = performance.now() + timeoutMs;
  return () => Math.max(0, end - performance.now());
}

registerShared("shared.condition", ([index, byteOffset, lock], attachment) => {
  const buffer = memoryIn(attachment(index as number));
  checkCame(Array.isArray(lock), "Condition");
  const revived = reviveShared(lock as unknown as HandleToken, attachment) as Lock;
  return madeOver(
    { buffer, byteOffset: byteOffset as number },
    () => new Condition(revived),
  );
});
