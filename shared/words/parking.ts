import { OwnWait } from "../../channels/waits/wait.ts";
import { checkWait, limitWait } from "../../channels/waits/limits.ts";
import { lifeOf, watchLife } from "../../channels/thread/life.ts";
import { realNow, soon } from "../../channels/vocabulary/kept.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { lookOnce, mortals, SLOW_MS } from "./_look.ts";
import { timeoutError } from "../../channels/vocabulary/timeout_error.ts";
import { SLICE_MS, type Waiting } from "./waiting.ts";

/** A wait of an async function. */
class Parked extends OwnWait<boolean> {
  readonly waiting: Waiting;
  readonly since: number = realNow();
  readonly #lane: Lane;
  readonly #signal: AbortSignal | undefined;

  constructor(waiting: Waiting, lane: Lane, signal: AbortSignal | undefined) {
    super(waiting.doing, waiting.missing, null);
    this.waiting = waiting;
    this.#lane = lane;
    this.#signal = signal;
  }

  override giveUp(error: unknown): void {
    if (this.settled) return;
    // An abort may have a reason that looks like a timeout.
    if (this.#signal?.aborted) this.reject(error);
    else this.resolve(false);
    this.#lane.leave(this);
  }
}

/**
 * The waits of this thread's async functions on one word, in order of arrival: where the order matters only the first
 * one tries, and one `Atomics.waitAsync` serves all of them.
 *
 * Two objects over the same memory may have one each; they behave like two threads then.
 */
class Lane {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #parked = new Set<Parked>();
  readonly #watches = new Map<number, () => void>();
  /** A wake is to come: this thread is among the sleepers of the word. */
  isArmed = false;
  /** Whether the first one has been first through a sleep. */
  #hasSlept = false;
  /** When to look whether those have ended for whom it waits. */
  #nextLook = Infinity;
  /** When to ask next on behalf of a wait that is over. */
  #nextAsk = 0;

  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  get isEmpty(): boolean {
    return this.#parked.size === 0;
  }

  add(parked: Parked): void {
    this.#parked.add(parked);
    if (this.#parked.size === 1 || parked.waiting.isUnordered) this.#pump();
  }

  /** One stops waiting. */
  leave(parked: Parked): void {
    if (!this.#parked.delete(parked)) return;
    parked.waiting.leave();
    this.#ask(parked);
    this.#pump();
  }

  /** Takes a step for each parked wait, until one fails that the others must not overtake. */
  #pump(): void {
    let seen: number | null = null;
    for (const parked of this.#parked) {
      if (!this.#step(parked)) {
        seen ??= parked.waiting.seen;
        if (!parked.waiting.isUnordered) break;
      } else this.#parked.delete(parked);
    }
    if (seen === null) this.#rest();
    else this.#arm(seen);
  }

  /** Returns whether the wait is over. */
  #step(parked: Parked): boolean {
    try {
      if (!parked.waiting.step(this.#hasSlept)) return false;
      this.#ask(parked);
      parked.resolve(true);
    } catch (error) {
      parked.reject(error);
    }
    return true;
  }

  /** A wait is over, perhaps before those were watched for whom it waited; the next one would meet the same. */
  #ask({ waiting, since }: Parked): void {
    const now = realNow();
    if (now - since < SLOW_MS || now < this.#nextAsk) return;
    this.#nextAsk = now + SLICE_MS;
    lookOnce(waiting);
  }

  #arm(seen: number): void {
    if (this.isArmed) return;
    const { async, value } = Atomics.waitAsync(this.#words, this.#at, seen, SLICE_MS);
    this.isArmed = true;
    if (this.#nextLook === Infinity) this.#nextLook = realNow() + SLICE_MS;
    const woken = () => {
      this.isArmed = false;
      this.#hasSlept = true;
      this.#pump();
      // By the clock: it can be woken all the time in vain.
      if (realNow() >= this.#nextLook) this.#watch();
    };
    if (async) void value.then(woken);
    else soon(woken);
  }

  /** No wait is left. */
  #rest(): void {
    this.#hasSlept = false;
    this.#nextLook = Infinity;
    for (const unwatch of this.#watches.values()) unwatch();
    this.#watches.clear();
    // A wake that comes now would be lost, so that everybody else has to look.
    if (this.isArmed) Atomics.notify(this.#words, this.#at);
  }

  /** Watches those for whom the first one waits. */
  #watch(): void {
    const [first] = this.#parked;
    if (first === undefined) return;
    this.#nextLook = realNow() + SLICE_MS;
    const { waiting } = first;
    const suspects = new Set(mortals(waiting.suspects()));
    for (const [thread, unwatch] of this.#watches) {
      if (suspects.has(thread)) continue;
      this.#watches.delete(thread);
      unwatch();
    }
    for (const thread of suspects) {
      if (this.#watches.has(thread)) continue;
      this.#watches.set(thread, watchLife(lifeOf(thread), () => this.#bury(thread)));
    }
  }

  #bury(thread: number): void {
    this.#watches.delete(thread);
    for (const { waiting } of this.#parked) waiting.bury(thread);
    this.#pump();
  }
}

const lanes = new WeakMap<ArrayBufferLike, Map<number, Lane>>();

function laneOf(words: Int32Array, at: number): Lane | undefined {
  return lanes.get(words.buffer)?.get(words.byteOffset + 4 * at);
}

function makeLane(words: Int32Array, at: number): Lane {
  let ofBuffer = lanes.get(words.buffer);
  if (ofBuffer === undefined) lanes.set(words.buffer, ofBuffer = new Map());
  const lane = new Lane(words, at);
  ofBuffer.set(words.byteOffset + 4 * at, lane);
  return lane;
}

/** Whether async functions of this thread already wait on a word, so that a newcomer comes after them. */
export function hasLine(words: Int32Array, at: number): boolean {
  const lane = laneOf(words, at);
  return lane !== undefined && !lane.isEmpty;
}

/**
 * Waits without blocking the thread; the wait keeps the program alive. Resolves to whether it succeeded, `false` when
 * its time is over.
 *
 * @throws {RangeError} when the options are not those of a wait.
 * @throws The signal's reason.
 */
export async function park(waiting: Waiting, options: WaitOptions): Promise<boolean> {
  checkWait(waiting.doing, options);
  const { words, at } = waiting;
  const lane = laneOf(words, at) ?? makeLane(words, at);
  if (options.timeoutMs === 0) {
    if ((lane.isEmpty || waiting.isUnordered) && waiting.step(false)) return true;
    waiting.leave();
    return false;
  }
  const parked = new Parked(waiting, lane, options.signal);
  lane.add(parked);
  limitWait(parked, options);
  return await parked.promise;
}

/** The same; not succeeding in time is an error. */
export async function parkOrThrow(waiting: Waiting, options: WaitOptions): Promise<void> {
  if (!await park(waiting, options)) throw timeoutError(waiting, options.timeoutMs!);
}

/** Takes this thread's own async waits out of the sleepers of a word: a wake that they get while it blocks is lost. */
export function wakeOwnSleeper(words: Int32Array, at: number): void {
  if (laneOf(words, at)?.isArmed) Atomics.notify(words, at);
}
