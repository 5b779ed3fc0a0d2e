import type { ActorRef } from "./actor_ref.ts";
import type { WaitOptions } from "./options.ts";

/** Options of {@linkcode KeyedRef.with}. */
export interface KeyedSendOptions extends WaitOptions {
  /**
   * An id of the message, for an actor with `state`: sent again with the same id, also after a crash, it is not handled
   * again but gets the reply of the first time. The reply is kept for 24 hours.
   */
  once?: string | undefined;
}

/**
 * Stands for the keyed actor with a certain kind and key, active or asleep. It is had at once and costs nothing; two are
 * the same actor when their `id` is, and unlike other references it may be stored and leave the process.
 *
 * There is no end of such an actor: `stop` and `terminate` reject, `exited` never settles.
 *
 * @typeParam H The actor's handlers: its protocol.
 */
export interface KeyedRef<H> extends ActorRef<H> {
  /**
   * The same actor, with limits for its asks and streams, and an id for its asks.
   *
   * @throws {RangeError} when `timeoutMs` is negative or `NaN`.
   * @throws {TypeError} when `signal` is no `AbortSignal`, or `once` no text.
   */
  with(options: KeyedSendOptions): KeyedRef<H>;
}
