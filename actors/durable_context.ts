import type { KeyedContext } from "./keyed_context.ts";
import type { Tell } from "./vocabulary/actor_ref.ts";
import type { KeyedDefinition } from "./vocabulary/keyed_definition.ts";

/** When an alarm goes off: one of these. Times are those of the wall clock. */
export interface AlarmTime {
  /** So many milliseconds from now. */
  readonly afterMs?: number | undefined;
  /** At a time. */
  readonly at?: Date | number | undefined;
  /** Again and again, after so many milliseconds each time. */
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

/**
 * Entries of a durable actor that are read and written one by one: for what is too big for its state, which is encoded in
 * each turn that looks at it. Names are texts of 1 to 512 characters without control characters.
 */
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
  /** Deletes an entry with the commit of the turn; harmless when there is none. */
  delete(name: string): void;
  /**
   * Entries in the order of their names, copies, with what the turn has written.
   *
   * @throws {RangeError} Rejects when `limit` is not a whole number from 1 on.
   * @throws {StoreError} Rejects when they cannot be read.
   */
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
   * while nothing ran. Nothing is set before the handler is named.
   *
   * A handler that throws is undone and called again, after a second, two, four, up to an hour. Of the times of a
   * repeated alarm that were missed one is left.
   *
   * @example A cart that is kept for some time
   * ```ts
   * import { ActorSystem, keyed } from "@troupe/actors";
   * import { sqlite } from "@troupe/actors/durable";
   * import { assertEquals } from "@std/assert";
   *
   * const cart = keyed(import.meta, { kind: "cart", state: (): string[] => [] }, (context) => ({
   *   add(item: string) {
   *     context.alarm("expire", { afterMs: 50 }).expire(); // each time anew
   *     return context.state.push(item);
   *   },
   *   size: () => context.state.length,
   *   expire: () => context.forget(),
   * }));
   *
   * await using system = new ActorSystem({ workers: 0, store: sqlite(":memory:"), kinds: [cart] });
   * const mine = system.at(cart, "ann");
   * assertEquals(await mine.ask.add("tea"), 1);
   * assertEquals((await system.alarms()).map(({ key, handler }) => [key, handler]), [["ann", "expire"]]);
   * while (await mine.ask.size() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
   * ```
   *
   * @throws {RangeError} when the time will not do.
   * @throws {TypeError} when an argument cannot be stored, the cron expression is none, or there is no such handler.
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
   * called again, after a second, two, four, up to an hour, and those behind it wait; after `postAttempts` it is a dead
   * letter that is kept. To actors without `state` it arrives once at least.
   *
   * @example Money that is neither lost nor doubled on its way
   * ```ts
   * import { ActorSystem, keyed } from "@troupe/actors";
   * import { sqlite } from "@troupe/actors/durable";
   * import { assertEquals } from "@std/assert";
   *
   * const purse = keyed(import.meta, { kind: "purse", state: () => ({ cents: 100 }) }, (context) => ({
   *   cents: () => context.state.cents,
   *   take: (cents: number) => void (context.state.cents += cents),
   *   give(to: string, cents: number) {
   *     context.state.cents -= cents;
   *     context.post(purse, to).take(cents);
   *   },
   * }));
   *
   * await using system = new ActorSystem({ workers: 0, store: sqlite(":memory:"), kinds: [purse] });
   * await system.at(purse, "ann").ask.give("bob", 30);
   * assertEquals(await system.at(purse, "ann").ask.cents(), 70);
   * while (await system.at(purse, "bob").ask.cents() !== 130) {
   *   await new Promise((resolve) => setTimeout(resolve, 10)); // it is on its way
   * }
   * ```
   *
   * @throws {TypeError} when an argument cannot be stored, the key will not do, or the definition has `state` and is not
   * among the system's `kinds`.
   */
  post<H>(definition: KeyedDefinition<H>, key: string): Tell<H>;
  /**
   * Deletes state, entries and alarms; from then on all is as for a key that was never used. What makes retries harmless
   * is kept: answers to messages with an id, and posts that are on their way.
   */
  forget(): void;
  /** Id of the message that is handled, as given to `with({ once })`; `undefined` when it was sent without one. */
  readonly once: string | undefined;
  /** Grows with each activation: who has a lower one is out of date. For services that refuse old writers. */
  readonly epoch: number;
}
