import type { ExitReason } from "./exit_reason.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";

/**
 * Whether a handler with this result is a stream: what it gives, or promises, has `next()`. `any` and `never` are
 * not.
 */
export type IsStream<R> = 0 extends 1 & R ? false
  : [Awaited<R>] extends [never] ? false
  : Awaited<R> extends { next(...args: never[]): unknown } ? true
  : false;

/** What a stream handler yields. */
export type Yielded<R> = Awaited<R> extends Iterator<infer T, unknown, never> ? T
  : Awaited<R> extends AsyncIterator<infer T, unknown, never> ? T
  : never;

/**
 * Names of handlers that no reference can call: `JSON.stringify(ref.ask)` and the text of a list with it would. (`then`
 * is refused for a handler, because `await` would.)
 */
export type Unasked = "toJSON" | "toLocaleString";

/** One-way messages: every handler, without its result; anything for `any`. */
// deno-lint-ignore no-explicit-any -- a protocol that is not known
export type Tell<H> = 0 extends 1 & H ? any : {
  readonly [
    K in keyof H as H[K] extends (...args: never[]) => unknown ? Exclude<K, Unasked> : never
  ]: H[K] extends (...args: infer A) => unknown ? (...args: A) => void : never;
};

/** Requests: every handler but the streams, with a promise of its result; anything for `any`. */
// deno-lint-ignore no-explicit-any -- a protocol that is not known
export type Ask<H> = 0 extends 1 & H ? any : {
  readonly [
    K in keyof H as H[K] extends (...args: never[]) => unknown
      ? IsStream<ReturnType<H[K]>> extends true ? never : Exclude<K, Unasked>
      : never
  ]: H[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

/** Streams: every generator handler, with its values; anything for `any`. */
// deno-lint-ignore no-explicit-any -- a protocol that is not known
export type Stream<H> = 0 extends 1 & H ? any : {
  readonly [
    K in keyof H as H[K] extends (...args: never[]) => unknown
      ? IsStream<ReturnType<H[K]>> extends true ? Exclude<K, Unasked> : never
      : never
  ]: H[K] extends (...args: infer A) => infer R
    ? (...args: A) => AsyncIterableIterator<Yielded<R>, undefined, undefined>
    : never;
};

/** Options of {@linkcode ActorRef.stop}. */
export interface StopOptions {
  /**
   * Handle what is in the mailbox first, and then what is in those of its children. Otherwise it becomes dead letters.
   * The order outlives restarts on the way: of a message that fails, or with the others of its supervisor. Streams
   * that are read give no further values, and generators that were told and have begun end at their next `yield`.
   *
   * @default {false}
   */
  drain?: boolean | undefined;
}

/**
 * Stands for an actor, wherever it runs. It can be sent in any message; two refs are the same actor when their
 * `id` is. It stays valid when the actor restarts.
 *
 * Messages from one thread to one actor are handled in the order sent, each at most once. Values are copied; see
 * {@linkcode transfer} to move buffers. A value that cannot cross is refused by path.
 *
 * @typeParam H The actor's handlers: its protocol.
 */
export interface ActorRef<H> {
  /** Unique, also beyond this process. */
  readonly id: string;
  /** As given in the options. */
  readonly name: string | undefined;
  /**
   * Sends a message and forgets it. Never waits. An unknown handler or an ended actor makes it a dead letter
   * (event `"deadletter"` of the system).
   *
   * Each method throws a `TypeError` at once when an argument cannot cross.
   */
  readonly tell: Tell<H>;
  /**
   * Sends a message and promises the reply. One round trip.
   *
   * Always ends: with the reply, the handler's error, a `TimeoutError` `DOMException` (the system's `askTimeoutMs`
   * unless {@linkcode ActorRef.with} says else), the signal's reason, `ActorStoppedError`, `HostLostError`,
   * `MailboxFullError`, `DeadlockError`, or a `TypeError` when an argument, the reply or the handler's name will
   * not do.
   */
  readonly ask: Ask<H>;
  /**
   * Iterates over what a generator handler yields. Each `next` is one turn of the actor; between them it handles
   * other messages. At most 32 values are under way. Leaving the loop ends the generator.
   *
   * There is no limit of time unless `with({ timeoutMs })` sets one, for each value.
   */
  readonly stream: Stream<H>;
  /**
   * The same actor, with limits for its asks and streams: `ref.with({ timeoutMs: 200 }).ask.get()`.
   *
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   * @throws {TypeError} when `signal` is no `AbortSignal`.
   */
  with(options: WaitOptions): ActorRef<H>;
  /**
   * Ends the actor after its current message, its children first. Resolves when it has ended; harmless when it
   * already has. Called within a turn of the actor itself, it resolves at once, because the end waits for that turn.
   */
  stop(options?: StopOptions): Promise<void>;
  /**
   * Ends the actor at once: its asks reject, what it is doing is abandoned. When its thread does not answer
   * within a second, the thread is ended with all that runs on it.
   */
  terminate(): Promise<void>;
  /** Resolves once, at the actor's final end; never rejects. */
  readonly exited: Promise<ExitReason>;
}
