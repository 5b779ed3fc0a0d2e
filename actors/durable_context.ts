import type { KeyedContext } from "./keyed_context.ts";
import type { Tell } from "./vocabulary/actor_ref.ts";
import type { KeyedDefinition } from "./vocabulary/keyed_definition.ts";

/** When an alarm goes off: one of these. Times follow the wall clock. */
export interface AlarmTime {
  /** So many milliseconds from now. */
  readonly afterMs?: number | undefined;
  /** At a time. */
  readonly at?: Date | number | undefined;
  /** Every so many milliseconds, for the first time after the first of them. */
  readonly every?: number | undefined;
  /** At the times of a cron expression, in UTC: minute, hour, day of the month, month, day of the week. */
  readonly cron?: string | undefined;
}

/** An alarm that is set. */
export interface Alarm {
  /** Unique in its actor. */
  readonly name: string;
  /** When it goes off. */
  readonly due: Date;
  /** Which handler it calls. */
  readonly handler: string;
  /** How often that has failed since it was due. */
  readonly attempts: number;
  /** Why it has failed last; `null` when it has not. */
  readonly failure: string | null;
}

/** Entries of a durable actor that are written one by one: for what is too big for its state. */
export interface ActorStorage {
  /**
   * The value of an entry, a copy; `undefined` when there is none. Costs a read, and sees what the turn has written.
   *
   * @throws {StoreError} Rejects when it cannot be read.
   */
  get(name: string): Promise<unknown>;
  /**
   * Writes an entry with the commit of the turn.
   *
   * @throws {TypeError} when the value cannot be stored, or the name will not do.
   */
  set(name: string, value: unknown): void;
  /** Deletes an entry with the commit of the turn. */
  delete(name: string): void;
  /** Entries in the order of their names. */
  list(options?: ListOptions): Promise<[name: string, value: unknown][]>;
}

/** Options of {@linkcode ActorStorage.list}. */
export interface ListOptions {
  /** Names that begin with this. */
  readonly prefix?: string | undefined;
  /** Names after this one. */
  readonly after?: string | undefined;
  /**
   * Most entries.
   *
   * @default {1_000}
   */
  readonly limit?: number | undefined;
}

/**
 * What a durable actor can do besides answering. All but `state`, `storage.get`, `storage.list` and `alarms` is for turns
 * that may write: handlers that are not among `reads`, timers, steps of streams. What they do is committed together with
 * the reply when the turn is over, or undone when it throws.
 *
 * @typeParam S The state.
 */
export interface DurableContext<S> extends Omit<KeyedContext, "become"> {
  /**
   * The actor's state: in a turn the turn's own draft, to be read and changed, or set to something else; in `setup` and
   * in handlers of `reads` what the last finished turn has left, read-only. After a turn that has thrown it is another
   * object.
   *
   * @throws {Error} outside of a turn.
   */
  state: S;
  /** Entries that are written one by one. */
  readonly storage: ActorStorage;
  /**
   * Sets an alarm, in the place of one with this name: `context.alarm("expire", { afterMs: 60_000 }).expire()` calls the
   * handler `expire` at that time, whether the actor is active or asleep, and at the start of the system when it was due
   * while nothing ran. A handler that throws is called again later. Of several times that were missed one is left.
   *
   * @throws {RangeError} when the time will not do.
   * @throws {TypeError} when an argument cannot be stored, or the cron expression is none.
   */
  // deno-lint-ignore no-explicit-any -- the handlers are only known when setup has returned
  alarm(name: string, time: AlarmTime): Tell<any>;
  /** Deletes an alarm; whether it was set. */
  clearAlarm(name: string): boolean;
  /** The alarms that are set. */
  alarms(): Alarm[];
  /**
   * Sends a message that leaves with the commit of the turn and arrives once, also over crashes:
   * `context.post(order, key).place(items)`. Those of one actor to another arrive in order. A handler that throws is
   * called again later, and those behind it wait; after `postAttempts` it is a dead letter that is kept.
   *
   * @throws {TypeError} when an argument cannot be stored.
   */
  post<H>(definition: KeyedDefinition<H>, key: string): Tell<H>;
  /**
   * Deletes state, entries and alarms; from then on all is as for a key that was never used. What makes retries harmless
   * is kept: answers to messages with an id, and posts that are on their way.
   */
  forget(): void;
  /** Id of the message that is handled; `undefined` when it was sent without one. */
  readonly once: string | undefined;
  /** Grows with each activation: who has a lower one is out of date. */
  readonly epoch: number;
}
