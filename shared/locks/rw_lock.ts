import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { blockingLimit, blockOrThrow } from "../words/blocking.ts";
import { selfWaitError } from "./_hold.ts";
import { parkOrThrow } from "../words/parking.ts";
import { latched } from "../words/latch.ts";
import { ownWords } from "../words/memory.ts";
import { registerWords, wordsToken } from "../words/handles.ts";
import { RW_WORDS, RwState } from "./_rw_state.ts";
import { ReadWait, WriteWait } from "./_rw_wait.ts";
import { ownThread } from "../words/thread.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";
import type { LockGuard } from "../vocabulary/lock.ts";

const READ = "acquire RwLock for reading";
const WRITE = "acquire RwLock for writing";

class RwGuard implements LockGuard {
  readonly abandoned: boolean;
  readonly #state: RwState;
  readonly #end: (state: RwState) => boolean;
  #isReleased = false;

  constructor(state: RwState, abandoned: boolean, end: (state: RwState) => boolean) {
    this.#state = state;
    this.abandoned = abandoned;
    this.#end = end;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (latched(this.#state.words, () => this.#end(this.#state))) this.#state.tellChange();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * A lock that many can hold for reading at the same time, or one for writing.
 *
 * Writers do not starve: while one waits, no new readers come in. Nor do readers: one that has waited for a millisecond
 * goes before the next writer. When a thread that holds it ends, waiters notice within a second or two; after a
 * writer's end the guards are `abandoned`, up to and including the next writer's. At most 128 threads can hold it or
 * wait to write. It can be sent in any message, and what arrives is the same lock.
 *
 * | word | name      | meaning                                                               |
 * | ---- | --------- | --------------------------------------------------------------------- |
 * | 0-1  |           | latch and changes, see `shared/words/latch.ts`                                    |
 * | 2    | writer    | the thread that writes; 0: none                                       |
 * | 3    | hold      | which of its holds the writer has                                     |
 * | 4    | abandoned | 1: a writer has ended while it wrote, and nobody has written since    |
 * | 5    | turn      | 1: readers that have slept go before writers that wait                |
 * | 6-   | threads   | for each thread: its number, its reads, their guards, waiting writers |
 *
 * @example Read together, write alone
 * ```ts
 * import { RwLock } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const lock = new RwLock();
 * {
 *   using _one = await lock.acquireRead();
 *   using _two = await lock.acquireRead();
 *   assertEquals(lock.tryAcquireWrite(), undefined);
 * }
 * using guard = await lock.acquireWrite();
 * assertEquals([guard.abandoned, lock.tryAcquireRead()], [false, undefined]);
 * ```
 */
export class RwLock {
  readonly #words: Int32Array<SharedArrayBuffer> = ownWords(RW_WORDS);
  readonly #state: RwState = new RwState(this.#words);

  /**
   * Waits until nobody writes or waits to write.
   *
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when too many threads use the lock.
   */
  async acquireRead(options: WaitOptions = {}): Promise<LockGuard> {
    const wait = new ReadWait(this.#state, READ, false);
    await parkOrThrow(wait, options);
    return this.#reading(wait);
  }

  /**
   * Waits until nobody reads or writes.
   *
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when too many threads use the lock.
   */
  async acquireWrite(options: WaitOptions = {}): Promise<LockGuard> {
    const wait = new WriteWait(this.#state, WRITE);
    await parkOrThrow(wait, options);
    return this.#writing(wait);
  }

  /**
   * Blocks the thread until it can read. A thread that reads already goes before writers that wait, which would
   * otherwise wait for it.
   *
   * @throws {Error} when this thread writes, so that the wait would never end.
   * @throws {DOMException} `TimeoutError`.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when too many threads use the lock.
   */
  acquireReadSync(options: BlockingWaitOptions = {}): LockGuard {
    const timeoutMs = blockingLimit(READ, options);
    const { readsHere, writesHere } = this.#here();
    if (writesHere) throw selfWaitError(READ, "this thread writes");
    const wait = new ReadWait(this.#state, READ, readsHere);
    blockOrThrow(wait, timeoutMs);
    return this.#reading(wait);
  }

  /**
   * Blocks the thread until it can write.
   *
   * @throws {Error} when this thread reads or writes, so that the wait would never end.
   * @throws {DOMException} `TimeoutError`.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`, or when too many threads use the lock.
   */
  acquireWriteSync(options: BlockingWaitOptions = {}): LockGuard {
    const timeoutMs = blockingLimit(WRITE, options);
    const { readsHere, writesHere } = this.#here();
    if (readsHere) throw selfWaitError(WRITE, "this thread reads");
    if (writesHere) throw selfWaitError(WRITE, "this thread writes");
    const wait = new WriteWait(this.#state, WRITE);
    blockOrThrow(wait, timeoutMs);
    return this.#writing(wait);
  }

  /** Takes the lock for reading if nobody writes or waits to write; never waits. */
  tryAcquireRead(): LockGuard | undefined {
    const wait = new ReadWait(this.#state, READ, false);
    return wait.step(false) ? this.#reading(wait) : undefined;
  }

  /** Takes the lock for writing if nobody reads or writes; never waits. */
  tryAcquireWrite(): LockGuard | undefined {
    const wait = new WriteWait(this.#state, WRITE);
    if (wait.step(true)) return this.#writing(wait);
    wait.leave();
    return undefined;
  }

  /**
   * Ends the hold of the writer, or of one reader: one of this thread, else one of any other. Its guard does nothing
   * then.
   *
   * @throws {Error} when nobody holds the lock.
   */
  release(): void {
    if (!latched(this.#words, () => this.#state.endAny())) {
      throw new Error("Cannot release RwLock: it is free");
    }
    this.#state.tellChange();
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return wordsToken("shared.rw_lock", this.#words, outlet);
  }

  #here(): { readsHere: boolean; writesHere: boolean } {
    return latched(this.#words, () => ({
      readsHere: this.#state.readsHere,
      writesHere: this.#state.writer === ownThread,
    }));
  }

  #reading({ isAbandoned }: ReadWait): LockGuard {
    return new RwGuard(this.#state, isAbandoned, (state) => state.endRead());
  }

  #writing({ isAbandoned, hold }: WriteWait): LockGuard {
    return new RwGuard(this.#state, isAbandoned, (state) => state.endWrite(hold));
  }
}

registerWords("shared.rw_lock", () => new RwLock());
