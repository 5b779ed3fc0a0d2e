import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { block, blockingLimit } from "../words/blocking.ts";
import { park } from "../words/parking.ts";
import { ownWords } from "../words/memory.ts";
import { registerWords, wordsToken } from "../words/handles.ts";
import type { Waiting } from "../words/waiting.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";

const STATE = 0;
const WORDS = 1;
const IS_SET = 1;

/** A wait for the next time that an event is set. */
class EventWait implements Waiting {
  readonly doing = "wait for SharedEvent";
  readonly missing = "it was not set";
  readonly at = STATE;
  readonly words: Int32Array;
  seen: number;

  constructor(words: Int32Array) {
    this.words = words;
    this.seen = Atomics.load(words, STATE);
  }

  step(): boolean {
    // Another value than at the beginning: it has been set, and perhaps cleared again.
    return (this.seen & IS_SET) !== 0 || Atomics.load(this.words, STATE) !== this.seen;
  }

  suspects(): readonly number[] {
    return [];
  }

  bury(): void {}

  leave(): void {}
}

/**
 * A flag that threads wait for.
 *
 * {@linkcode SharedEvent.set} wakes all that wait, also when {@linkcode SharedEvent.clear} follows at once. It can be
 * sent in any message, and what arrives is the same event.
 *
 * | word | bits | meaning                                                           |
 * | ---- | ---- | ----------------------------------------------------------------- |
 * | 0    | 0    | 1: set                                                            |
 * | 0    | 1-31 | goes up with each `clear`: who waits sees that there was a `set`  |
 *
 * Bytes: 4, aligned to 4. Zeroed memory is an event that is not set. Each change is one store, and nobody owns the
 * event, so the end of a thread leaves nothing behind.
 *
 * @example Wait for a start
 * ```ts
 * import { SharedEvent } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const started = new SharedEvent();
 * assertEquals(await started.wait({ timeoutMs: 10 }), false);
 * const waiting = started.wait();
 * started.set();
 * started.clear();
 * assertEquals(await waiting, true);
 * assertEquals(started.isSet, false);
 * ```
 */
export class SharedEvent {
  readonly #words: Int32Array<SharedArrayBuffer> = ownWords(WORDS);

  /** Whether it is set at this moment. */
  get isSet(): boolean {
    return (Atomics.load(this.#words, STATE) & IS_SET) !== 0;
  }

  /** Wakes all that wait; who waits afterwards goes on at once. */
  set(): void {
    Atomics.or(this.#words, STATE, IS_SET);
    Atomics.notify(this.#words, STATE);
  }

  /** Waits that begin from now on wait for the next {@linkcode SharedEvent.set}. */
  clear(): void {
    const words = this.#words;
    for (let seen = Atomics.load(words, STATE); (seen & IS_SET) !== 0;) {
      const was = Atomics.compareExchange(words, STATE, seen, seen + 1 | 0);
      if (was === seen) return;
      seen = was;
    }
  }

  /**
   * Waits until the event is set; the thread does other things meanwhile.
   *
   * @returns `false` when its time was over first.
   * @throws The signal's reason.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    return await park(new EventWait(this.#words), options);
  }

  /**
   * Blocks the thread until the event is set.
   *
   * @returns `false` when its time was over first.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   */
  waitSync(options: BlockingWaitOptions = {}): boolean {
    const wait = new EventWait(this.#words);
    return block(wait, blockingLimit(wait.doing, options));
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    return wordsToken("shared.event", this.#words, outlet);
  }
}

registerWords("shared.event", () => new SharedEvent());
