import { type AbortListener, type AbortListeners, abortsOf } from "../thread/aborts.ts";
import { frameless } from "../vocabulary/frameless.ts";
import { timeoutError } from "../vocabulary/timeout_error.ts";

/** Where a wait under limits stands until it ends: a list of those with the same time limit. */
export interface WaitPlace {
  push(wait: Wait): void;
  remove(wait: Wait): void;
}

/**
 * A promise that somebody waits for, with its limits. Settles once.
 *
 * Waits are made by the hundred thousand, so one object is all there is of each: promise, limits, and place in the
 * list of those with the same time limit.
 */
export class Wait<T = unknown> implements AbortListener {
  readonly promise: Promise<T>;
  settled = false;
  /** Index of the host that has to answer; -1 while it is none in particular. */
  at = -1;
  deadline = Infinity;
  previous: Wait | null = null;
  next: Wait | null = null;
  #place: WaitPlace | null = null;
  #aborts: AbortListeners | null = null;
  #resolve!: (value: T | PromiseLike<T>) => void;
  #reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(value: T): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#fail(error);
  }

  /** Ends the wait because of a limit. */
  giveUp(error: unknown): void {
    if (!this.#settle()) return;
    this.#fail(error);
    this.onGivenUp();
  }

  /** Gives a promise that rejects with the error when there is more to say about it. */
  trace(_error: unknown): Promise<never> | null {
    return null;
  }

  /** Completes "Cannot ..." in the error of a timeout. */
  describe(): string {
    return "wait";
  }

  /** What did not come in time. */
  get missing(): string {
    return "no answer";
  }

  /** Runs after a limit has ended the wait, so that the other side can be told. */
  onGivenUp(): void {}

  /** Puts the wait under limits. */
  limit(place: WaitPlace, signal: AbortSignal | undefined): void {
    this.#place = place;
    if (signal === undefined) return;
    this.#aborts = abortsOf(signal);
    this.#aborts.add(this);
  }

  /** Takes away the limits: the wait goes to a place that has none. */
  unlimit(place: WaitPlace): void {
    this.#ignoreSignal();
    this.#place?.remove(this as Wait);
    this.deadline = Infinity;
    this.#place = place;
    place.push(this as Wait);
  }

  onAbort({ reason }: AbortSignal): void {
    this.giveUp(reason);
  }

  #ignoreSignal(): void {
    if (this.#aborts === null) return;
    this.#aborts.remove(this);
    this.#aborts = null;
  }

  #fail(error: unknown): void {
    const traced = this.trace(error);
    if (traced === null) this.#reject(error);
    else this.#resolve(traced);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.#ignoreSignal();
    this.#place?.remove(this as Wait);
    return true;
  }
}

/** A wait that is given what it is for. */
export class OwnWait<T> extends Wait<T> {
  readonly #doing: string | (() => string);
  readonly #missing: string | undefined;
  /** Runs when a limit has ended the wait. */
  whenGivenUp: (() => void) | null;

  /**
   * @param doing Completes "Cannot ..." in the error of a timeout.
   * @param missing What did not come in time, when that is more than an answer.
   */
  constructor(
    doing: string | (() => string),
    missing?: string,
    whenGivenUp: (() => void) | null = null,
  ) {
    super();
    this.#doing = doing;
    this.#missing = missing;
    this.whenGivenUp = whenGivenUp;
  }

  override describe(): string {
    return typeof this.#doing === "string" ? this.#doing : this.#doing();
  }

  override get missing(): string {
    return this.#missing ?? super.missing;
  }

  override onGivenUp(): void {
    this.whenGivenUp?.();
  }
}

/** The error of a wait whose time is over. */
export function waitTimeout<T>(wait: Wait<T>, timeoutMs: number): DOMException {
  return frameless(() =>
    timeoutError({ doing: wait.describe(), missing: wait.missing }, timeoutMs)
  );
}
