/** Types of the part of `@std/async` that Troupe's tests, examples and commands use. */

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the wait early: it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Whether the wait keeps the process alive (default: true). */
  persistent?: boolean;
}
/** Resolves after `ms` milliseconds. */
export declare function delay(ms: number, options?: DelayOptions): Promise<void>;

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait early: it then rejects with the signal's reason. */
  signal?: AbortSignal;
}
/** Settles like `p`, or rejects with a `TimeoutError` `DOMException` after `ms` milliseconds. */
export declare function deadline<T>(
  p: Promise<T>,
  ms: number,
  options?: DeadlineOptions,
): Promise<T>;

/** Settles like `p`, or rejects with the signal's reason. */
export declare function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** Yields like `p`, until the signal aborts: then it throws the signal's reason. */
export declare function abortable<T>(
  p: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T>;

/** Runs `iteratorFn` over all items, `poolLimit` at a time; yields the results in order. */
export declare function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R>;

/** Several async iterables as one, in the order in which their values come. */
export declare class MuxAsyncIterator<T> implements AsyncIterable<T> {
  add(iterable: AsyncIterable<T>): void;
  iterate(): AsyncIterableIterator<T>;
  [Symbol.asyncIterator](): AsyncIterator<T>;
}

/** Options of {@linkcode retry}. */
export interface RetryOptions {
  /** Factor from one pause to the next (default: 2). */
  multiplier?: number;
  /** Longest pause in milliseconds (default: 60 000). */
  maxTimeout?: number;
  /** Most attempts (default: 5). */
  maxAttempts?: number;
  /** First pause in milliseconds (default: 1 000). */
  minTimeout?: number;
  /** Share of each pause that is left to chance, 0 to 1 (default: 1). */
  jitter?: number;
}
/** Calls `fn` until it succeeds, with growing pauses. */
export declare function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;
