import { checkCount } from "../../channels/vocabulary/checks.ts";
import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { blockingLimit, blockOrThrow } from "../words/blocking.ts";
import { selfWaitError } from "./_hold.ts";
import { parkOrThrow } from "../words/parking.ts";
import { latched, tellChange } from "../words/latch.ts";
import { isMadeOver, ownWords } from "../words/memory.ts";
import { MOST_PERMITS, PermitCount, SEMAPHORE_WORDS } from "./_permit_count.ts";
import { PermitWait } from "./_permit_wait.ts";
import { registerWords, wordsToken } from "../words/handles.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";
import type { LockGuard } from "../vocabulary/lock.ts";

const DOING = "acquire Semaphore";

/** Options for {@linkcode Semaphore}. */
export interface SemaphoreOptions {
  /**
   * Refuses a release beyond the number of permits that it began with.
   *
   * @default {false}
   */
  bounded?: boolean | undefined;
}

class PermitGuard implements LockGuard {
  readonly abandoned: boolean;
  readonly #permits: PermitCount;
  #isReleased = false;

  constructor(permits: PermitCount, abandoned: boolean) {
    this.#permits = permits;
    this.abandoned = abandoned;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const { words } = this.#permits;
    if (latched(words, () => this.#permits.giveBackGuard())) tellChange(words);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * A number of permits that threads, and the async functions of one, take and give back.
 *
 * A permit belongs to the thread that took it: when the thread ends, its permits are free again, and the next owner of
 * one sees `abandoned`. That includes permits taken as signals, never to be given back, unless another thread has
 * released them by then. At most 128 threads can have permits at the same time. It can be sent in any message, and what
 * arrives is the same semaphore.
 *
 * | word | name      | meaning                                                          |
 * | ---- | --------- | ---------------------------------------------------------------- |
 * | 0-1  |           | latch and changes, see `shared/words/latch.ts`                               |
 * | 2    | total     | permits there are; goes up with a release of what nobody holds   |
 * | 3    | bounded   | 1: the total stays what it was                                   |
 * | 4    | abandoned | permits that came back from ended threads, for the next to see   |
 * | 5    | urgent    | 1: somebody has waited for too long; newcomers queue             |
 * | 6-   | holds     | for each thread: its number, its permits, its guards             |
 *
 * Free is the total less all holds, which is never stored: so a permit is taken or given back by one store, and none is
 * lost when a thread ends in between.
 *
 * @example No more than two at a time
 * ```ts
 * import { Semaphore } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const semaphore = new Semaphore(2);
 * using first = await semaphore.acquire();
 * using _second = await semaphore.acquire();
 * assertEquals(semaphore.tryAcquire(), undefined);
 * first.release();
 * using third = semaphore.tryAcquire();
 * assertEquals(third?.abandoned, false);
 * ```
 */
export class Semaphore {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #permits: PermitCount;

  /**
   * Makes a semaphore with this number of free permits, 0 to 2 ** 31 - 1.
   *
   * @throws {RangeError} when that is not such a whole number.
   */
  constructor(permits = 1, { bounded = false }: SemaphoreOptions = {}) {
    checkCount("create Semaphore", "permits", permits, 0);
    if (permits > MOST_PERMITS) {
      throw new RangeError(
        `Cannot create Semaphore: permits must be <= ${MOST_PERMITS}, received ${permits}`,
      );
    }
    const isNew = !isMadeOver();
    this.#words = ownWords(SEMAPHORE_WORDS);
    this.#permits = new PermitCount(this.#words);
    if (isNew) this.#permits.begin(permits, bounded);
  }

  /** Free permits at this moment. */
  get available(): number {
    return latched(this.#words, () => this.#permits.available);
  }

  /**
   * Waits for a permit; the thread does other things meanwhile.
   *
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when too many threads have permits.
   */
  async acquire(options: WaitOptions = {}): Promise<LockGuard> {
    const wait = new PermitWait(this.#permits, DOING);
    await parkOrThrow(wait, options);
    return new PermitGuard(this.#permits, wait.isAbandoned);
  }

  /**
   * Blocks the thread until it has a permit.
   *
   * @throws {Error} when the semaphore is bounded and this thread has all of its permits, so that the wait would never
   * end.
   * @throws {DOMException} `TimeoutError`.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when too many threads have permits.
   */
  acquireSync(options: BlockingWaitOptions = {}): LockGuard {
    const timeoutMs = blockingLimit(DOING, options);
    const wait = new PermitWait(this.#permits, DOING);
    if (latched(this.#words, () => this.#permits.areAllHere)) {
      throw selfWaitError(DOING, "this thread holds all permits");
    }
    blockOrThrow(wait, timeoutMs);
    return new PermitGuard(this.#permits, wait.isAbandoned);
  }

  /** Takes a permit if one is free; never waits. */
  tryAcquire(): LockGuard | undefined {
    const wait = new PermitWait(this.#permits, DOING);
    return wait.step(true) ? new PermitGuard(this.#permits, wait.isAbandoned) : undefined;
  }

  /**
   * Gives back a permit: one of this thread, else one of any other. When nobody has one, there is one more from now on.
   *
   * @throws {RangeError} when nobody has one and the semaphore is bounded; nothing has changed then.
   */
  release(): void {
    latched(this.#words, () => this.#permits.giveBackAny());
    tellChange(this.#words);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return wordsToken("shared.semaphore", this.#words, outlet);
  }
}

registerWords("shared.semaphore", () => new Semaphore());
