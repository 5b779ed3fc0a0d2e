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
import { parkOrThrow } from "../words/parking.ts";
import { LockWait } from "../words/lock_wait.ts";
import { BUSY, free, type Taken, TAKEN_ABANDONED, tryTake } from "../words/lock_word.ts";
import { ownWords } from "../words/memory.ts";
import { registerWords, wordsToken } from "../words/handles.ts";
import { SUSPEND, type Suspended } from "./_suspend.ts";
import { ownThread } from "../words/thread.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";
import type { Lock, LockGuard } from "../vocabulary/lock.ts";

const DEPTH = 2;
const WORDS = 3;

/** By which hold a {@linkcode RecursiveMutex} is acquired once more. */
export interface OwnerOptions {
  /** A guard of the hold that is to be nested in; without it the lock has to be free. */
  owner?: LockGuard | undefined;
}

class RecursiveGuard implements LockGuard {
  readonly words: Int32Array;
  readonly hold: number;
  #isAbandoned: boolean;
  #isReleased = false;

  constructor(words: Int32Array, hold: number) {
    this.words = words;
    this.hold = hold;
    this.#isAbandoned = isAbandoned(words);
    words[DEPTH]!++;
  }

  get abandoned(): boolean {
    if (this.isCurrent) this.#isAbandoned = isAbandoned(this.words);
    return this.#isAbandoned;
  }

  get isCurrent(): boolean {
    return !this.#isReleased && isHeldBy(this.words, this.hold);
  }

  release(): void {
    if (!this.isCurrent) return;
    this.#isReleased = true;
    if (--this.words[DEPTH]! === 0) free(this.words, STATE, ownThread);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * A {@linkcode Mutex} that who holds it can acquire again; it is free when all its guards are released.
 *
 * The guard is what tells who holds it: `acquire({ owner: guard })` nests. So two async functions of one thread
 * exclude each other, as threads do, and a function that is called under the lock is handed the guard.
 *
 * | word | name  | meaning                                                    |
 * | ---- | ----- | ---------------------------------------------------------- |
 * | 0    | state | the owner's thread and flags, see `shared/words/lock_word.ts`; 0: free |
 * | 1    | hold  | which of its holds the owner has, see `shared/locks/_hold.ts`           |
 * | 2    | depth | guards of this hold that are not released                  |
 *
 * Bytes: 12, aligned to 4. Words 1 and 2 are written only by the owner. What {@linkcode Mutex} says of waits, of ended
 * threads and of messages is true of this one too.
 *
 * @example Nest
 * ```ts
 * import { type LockGuard, RecursiveMutex } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const mutex = new RecursiveMutex();
 * const log: string[] = [];
 * async function add(text: string, owner?: LockGuard) {
 *   using _guard = await mutex.acquire({ owner });
 *   log.push(text);
 * }
 * async function addTwo(first: string, second: string) {
 *   using guard = await mutex.acquire();
 *   await add(first, guard);
 *   await add(second, guard);
 * }
 * await Promise.all([addTwo("a", "b"), add("c")]);
 * assertEquals(log, ["a", "b", "c"]);
 * ```
 */
export class RecursiveMutex implements Lock {
  readonly #words: Int32Array<SharedArrayBuffer> = ownWords(WORDS);

  /**
   * Waits for the lock, or nests at once in the hold of `owner`.
   *
   * @throws {Error} when `owner` is not a guard by which this thread holds it now.
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   */
  async acquire(options: WaitOptions & OwnerOptions = {}): Promise<LockGuard> {
    if (options.owner !== undefined) return this.#nest(options.owner);
    const wait = new LockWait(this.#words, STATE, DOING);
    await parkOrThrow(wait, options);
    return this.#begin(wait.taken);
  }

  /**
   * Blocks the thread until it has the lock, or nests at once in the hold of `owner`.
   *
   * @throws {Error} when `owner` is not a guard by which this thread holds it now; when there is no `owner` and this
   * thread holds it, so that the wait would never end.
   * @throws {DOMException} `TimeoutError`.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   */
  acquireSync(options: BlockingWaitOptions & OwnerOptions = {}): LockGuard {
    if (options.owner !== undefined) return this.#nest(options.owner);
    const timeoutMs = blockingLimit(DOING, options);
    if (isHeldHere(this.#words)) throw selfWaitError(DOING);
    const wait = new LockWait(this.#words, STATE, DOING);
    blockOrThrow(wait, timeoutMs);
    return this.#begin(wait.taken);
  }

  /**
   * Takes the lock if it is free, or nests in the hold of `owner`; never waits.
   *
   * @throws {Error} when `owner` is not a guard by which this thread holds it now.
   */
  tryAcquire({ owner }: OwnerOptions = {}): LockGuard | undefined {
    if (owner !== undefined) return this.#nest(owner);
    const taken = tryTake(this.#words, STATE);
    return taken === BUSY ? undefined : this.#begin(taken);
  }

  /**
   * Ends the hold with all that is nested in it, also when another thread has it; its guards do nothing then.
   *
   * @throws {Error} when the lock is free.
   */
  release(): void {
    releaseAny(this.#words, "RecursiveMutex");
  }

  /** @ignore */
  [SUSPEND](doing: string): Suspended {
    const words = this.#words;
    const depth = words[DEPTH]!;
    const suspended = suspendHold(words, doing);
    return {
      interrupt: () => suspended.interrupt(),
      async resume() {
        await suspended.resume();
        words[DEPTH] = depth;
      },
      resumeSync() {
        suspended.resumeSync();
        words[DEPTH] = depth;
      },
    };
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return wordsToken("shared.recursive_mutex", this.#words, outlet);
  }

  #begin(taken: Taken): LockGuard {
    this.#words[DEPTH] = 0;
    return new RecursiveGuard(this.#words, beginHold(this.#words, taken === TAKEN_ABANDONED));
  }

  #nest(owner: LockGuard): LockGuard {
    // Holds are numbered through all locks of this thread, so one that has the number has the hold.
    if (owner instanceof RecursiveGuard && owner.isCurrent && isHeldBy(this.#words, owner.hold)) {
      return new RecursiveGuard(this.#words, owner.hold);
    }
    throw new Error(`Cannot ${DOING}: owner is not a guard that holds it`);
  }
}

const DOING = "acquire RecursiveMutex";

registerWords("shared.recursive_mutex", () => new RecursiveMutex());
