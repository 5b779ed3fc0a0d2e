import type { AnyTask, TaskCall } from "../../actors/vocabulary/definition.ts";
import { Adoption } from "../../channels/vocabulary/adoption.ts";
import { checkCount } from "../../channels/vocabulary/checks.ts";
import { isThenable } from "../../channels/vocabulary/thenable.ts";
import { checkWait } from "../../channels/waits/limits.ts";
import { HANDLE, type HandleOutlet, type HandleToken } from "../../channels/message/handle.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { type ActionToken, BarrierAction } from "./_barrier_action.ts";
import { BARRIER_WORDS, BarrierState, MAX_PARTIES } from "./_barrier_state.ts";
import { BarrierWait, DOING } from "./_barrier_wait.ts";
import { block, blockingLimit } from "../words/blocking.ts";
import { park } from "../words/parking.ts";
import { latched, tellChange } from "../words/latch.ts";
import { madeOver, ownWords } from "../words/memory.ts";
import { registerShared, wordsToken } from "../words/handles.ts";
import { timeoutError } from "../../channels/vocabulary/timeout_error.ts";
import type { BlockingWaitOptions } from "../vocabulary/blocking_wait_options.ts";

/**
 * Options for {@linkcode Barrier}.
 *
 * @typeParam F The task of the action.
 */
export interface BarrierOptions<F extends AnyTask = AnyTask> {
  /**
   * A task with its arguments, which the last to arrive runs on its own thread before anybody goes on. It is a
   * definition of `task()`, so that other threads have it too.
   *
   * @default {undefined}
   */
  action?: TaskCall<F> | undefined;
}

/** The action of a barrier that exists, if it has one. */
const adoption = new Adoption<{ readonly action: BarrierAction | null }>();

/**
 * A place where a fixed number of parties wait for each other, again and again: async functions or blocked threads.
 *
 * A party that gives up (its time is over, its signal is aborted, its thread ends) breaks the barrier, as in Python: all
 * waits reject with a {@linkcode BrokenBarrierError}, and so do later ones until {@linkcode Barrier.reset}. The end of a
 * thread is noticed within a second or two. It can be sent in any message, with its action, and what arrives is the
 * same barrier.
 *
 * | word | name       | meaning                                                                       |
 * | ---- | ---------- | ----------------------------------------------------------------------------- |
 * | 0-1  |            | latch and changes, see `shared/words/latch.ts`                                            |
 * | 2    | generation | counts how often it has let parties go or has failed                          |
 * | 3    | parties    | how many wait for each other                                                  |
 * | 4    | broken     | 1: broken                                                                     |
 * | 5    | outcome    | of the generation before: 1: all came, 2: broken or reset                     |
 * | 6    | used       | slots that were ever used                                                     |
 * | 7-   | slots      | for each wait: its thread (0: free), its generation, its result (0: none yet) |
 *
 * @example Two parties
 * ```ts
 * import { Barrier } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * const barrier = new Barrier(2);
 * assertEquals(await Promise.all([barrier.wait(), barrier.wait()]), [0, 1]);
 * ```
 *
 * @typeParam F The task of the action; only the constructor knows it.
 */
export class Barrier<F extends AnyTask = AnyTask> {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #state: BarrierState;
  readonly #action: BarrierAction | null;

  /**
   * Makes a barrier for 1 to 256 parties.
   *
   * @throws {RangeError} when the number is not one of these.
   * @throws {TypeError} when the action is not a task with arguments that can be sent any number of times.
   */
  constructor(parties: number, { action }: BarrierOptions<F> = {}) {
    const known = adoption.take();
    if (known === null) checkParties(parties);
    this.#action = known !== null ? known.action : action ? new BarrierAction(action) : null;
    this.#words = ownWords(BARRIER_WORDS);
    this.#state = new BarrierState(this.#words);
    if (known === null) this.#state.begin(parties);
  }

  /** How many wait for each other. */
  get parties(): number {
    return this.#state.parties;
  }

  /** How many wait at this moment. */
  get waiting(): number {
    return latched(this.#words, () => this.#state.waiting);
  }

  /** Whether it is broken: waits reject until it is reset. */
  get broken(): boolean {
    return latched(this.#words, () => this.#state.isBroken);
  }

  /**
   * Waits until all parties have come; the thread does other things meanwhile.
   *
   * @returns How many parties had come before, 0 to `parties - 1`.
   * @throws {BrokenBarrierError} when the barrier is broken, or is broken or reset meanwhile.
   * @throws {DOMException} `TimeoutError`, or the signal's reason; that breaks the barrier.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   * @throws What the action throws, where it ran, or its module, where it is loaded; that breaks the barrier.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    checkWait(DOING, options);
    // It arrives at once if it can.
    const limits = this.#action?.isLoaded === false ? await this.#load(options) : options;
    const wait = new BarrierWait(this.#state, this.#action !== null);
    const [outcome] = await Promise.allSettled([park(wait, limits)]);
    if (outcome.status === "rejected" || !outcome.value) {
      if (wait.abandon()) return wait.index;
      throw outcome.status === "rejected" ? outcome.reason : timeoutError(wait, options.timeoutMs!);
    }
    if (wait.isToAct) await this.#act(wait);
    return wait.finish();
  }

  /**
   * Blocks the thread until all parties have come. An action has to be done when it returns: it may not be async.
   *
   * @returns How many parties had come before, 0 to `parties - 1`.
   * @throws {BrokenBarrierError} when the barrier is broken, or is broken or reset meanwhile.
   * @throws {DOMException} `TimeoutError`; that breaks the barrier.
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   * @throws {TypeError} when this was the last party and the action is async; that breaks the barrier.
   * @throws {Error} when the module of the action is not loaded in this thread.
   * @throws What the action throws, where it ran; that breaks the barrier.
   */
  waitSync(options: BlockingWaitOptions = {}): number {
    const timeoutMs = blockingLimit(DOING, options);
    this.#action?.checkLoaded(DOING);
    const wait = new BarrierWait(this.#state, this.#action !== null);
    if (!block(wait, timeoutMs)) {
      if (wait.abandon()) return wait.index;
      throw timeoutError(wait, timeoutMs);
    }
    if (wait.isToAct) this.#actSync(wait);
    return wait.finish();
  }

  /** Lets all who wait fail with a {@linkcode BrokenBarrierError}, and begins anew, unbroken. */
  reset(): void {
    latched(this.#words, () => this.#state.reset());
    tellChange(this.#words);
  }

  /** Breaks the barrier: all who wait or come fail with a {@linkcode BrokenBarrierError} until it is reset. */
  abort(): void {
    latched(this.#words, () => this.#state.break());
    tellChange(this.#words);
  }

  /** @ignore */
  [HANDLE](outlet: HandleOutlet): HandleToken {
    const words = wordsToken("shared.barrier", this.#words, outlet);
    return [...words, this.#action?.toToken(outlet) ?? null];
  }

  async #load(options: WaitOptions): Promise<WaitOptions> {
    try {
      return await this.#action!.load(DOING, options);
    } catch (error) {
      // It will not come.
      this.abort();
      throw error;
    }
  }

  async #act(wait: BarrierWait): Promise<void> {
    try {
      await this.#action!.run();
    } catch (error) {
      wait.abandon();
      throw error;
    }
  }

  #actSync(wait: BarrierWait): void {
    try {
      if (!isThenable(this.#action!.run())) return;
      throw new TypeError(
        `Cannot ${DOING}: its action is async, so that a blocking wait cannot run it`,
      );
    } catch (error) {
      wait.abandon();
      throw error;
    }
  }
}

function checkParties(parties: number): void {
  checkCount("create Barrier", "parties", parties, 1);
  if (parties <= MAX_PARTIES) return;
  throw new RangeError(
    `Cannot create Barrier: parties must be <= ${MAX_PARTIES}, received ${parties}`,
  );
}

registerShared("shared.barrier", ([index, byteOffset, action], attachment) => {
  const buffer = attachment(index as number) as SharedArrayBuffer;
  const known = {
    action: action === null ? null : BarrierAction.fromToken(action as ActionToken, attachment),
  };
  const make = () => adoption.with(known, () => new Barrier(1));
  return madeOver({ buffer, byteOffset: byteOffset as number }, make);
});
