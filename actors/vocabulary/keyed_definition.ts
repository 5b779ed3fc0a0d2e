import type { MailboxOptions } from "./options.ts";
import type { Durability } from "./store.ts";

/** Options of {@linkcode keyed}. */
export interface KeyedOptions {
  /**
   * Name of this kind of actors, in errors, on disk and between machines, so for good. Without `/`.
   *
   * @default the name of the module's file, with the position of the definition behind it when it is not the first one
   */
  kind?: string | undefined;
  /**
   * How long an actor does nothing before it is put to sleep, in milliseconds.
   *
   * @default {60_000}
   */
  idleMs?: number | undefined;
  /**
   * Most actors of this kind that are active in this process; beyond, those that were used least recently are put to
   * sleep.
   *
   * @default {10_000}
   */
  maxActive?: number | undefined;
  /**
   * Keys of actors that are active from the start of the system on, and do not sleep: for what has to run by itself. Their
   * kind has to be among the `kinds` of the system.
   *
   * @default none
   */
  keep?: readonly string[] | undefined;
  /**
   * Bound of the mailbox.
   *
   * @default {{ capacity: 1_000, overflow: "reject" }}
   */
  mailbox?: MailboxOptions | undefined;
  /**
   * Most messages in work at the same time. Not with `state`: there it is 1.
   *
   * @default {1}
   */
  concurrency?: number | undefined;
  /**
   * What a failing handler does, after its ask was rejected: `"restart"` ends this activation, so that the next message
   * finds a new one; `"resume"` goes on with it.
   *
   * @default {"restart"}
   */
  onError?: "restart" | "resume" | undefined;
  /**
   * Longest time for `setup`, in milliseconds.
   *
   * @default the system's
   */
  startTimeoutMs?: number | undefined;
  /**
   * Longest time for the current message and the `onStop` callbacks when the system shuts down, in milliseconds.
   *
   * @default the system's
   */
  shutdownMs?: number | undefined;
}

/**
 * Options of {@linkcode keyed} for durable actors, whose turns are transactions on disk.
 *
 * @typeParam S The state: plain data, or whatever messages may hold.
 */
export interface DurableOptions<S> extends Omit<KeyedOptions, "kind" | "concurrency"> {
  /** Name of this kind of actors, in errors, on disk and between machines, so for good. Without `/`. */
  kind: string;
  /** The state of a key that was never stored, or has been forgotten. It is made anew each time, and not async. */
  state: (key: string) => S;
  /**
   * Version of the state that this code reads and writes: a whole number that grows.
   *
   * @default {1}
   */
  version?: number | undefined;
  /**
   * Makes the state of today of one that an older version has written. Without it that stays as it is. Stored with the
   * next turn that uses the state; until then it may be called again.
   */
  // deno-lint-ignore no-explicit-any -- whatever that version has written
  migrate?: ((old: any, from: number) => S) | undefined;
  /**
   * Names of handlers that write nothing: they cost no commit, and run beside a turn that goes on. They see what the last
   * finished turn has left, frozen, and are answered when that is committed. An actor without a handler of such a name
   * does not start.
   *
   * @default none
   */
  reads?: readonly string[] | undefined;
  /**
   * Whether commits are safe from a power cut (`"disk"`), or from a crash of the process only (`"process"`), which is
   * many times faster for one after the other.
   *
   * @default the store's
   */
  durability?: Durability | undefined;
  /**
   * How often a post to such an actor is tried before it becomes a dead letter.
   *
   * @default {20}
   */
  postAttempts?: number | undefined;
}

/**
 * A kind of actors that are found by their keys, made by {@linkcode keyed}.
 *
 * @typeParam H The handlers: the protocol.
 */
export interface KeyedDefinition<H> {
  /** Name of the kind. */
  readonly kind: string;
  /** Runs in the actor's thread and returns its handlers. */
  readonly setup: (context: never, key: string) => H | PromiseLike<H>;
  /** As given to {@linkcode keyed}. */
  readonly options: KeyedOptions;
}
