import { beginDurableContext } from "./_durable_context.ts";
import { beginKeyedContext } from "./_keyed_context.ts";
import type { DurableContext } from "./durable_context.ts";
import { checkKeyedOptions } from "./definition/check_keyed.ts";
import { DefinedKeyed, kindOf, noteKeyed } from "./definition/defined_keyed.ts";
import { type DefinedFunction, register } from "./definition/registry.ts";
import type { KeyedContext } from "./keyed_context.ts";
import type {
  DurableOptions,
  KeyedDefinition,
  KeyedOptions,
} from "./vocabulary/keyed_definition.ts";

type Setup<H> = DefinedKeyed<H>["setup"];

/**
 * Defines a kind of actors that are found by their keys, one for each user, order or room: `system.at(definition, key)`
 * gives a reference at once. The first message activates the actor, that is, runs `setup` on the worker that its key
 * belongs to; one that does nothing for `idleMs` sleeps, which takes no memory, until the next message. No message is lost
 * meanwhile.
 *
 * All else is as for {@linkcode actor}: define them at the top level of a module, and start systems under
 * `if (import.meta.main)`. What they are sent, and what they answer, must be able to leave the process.
 *
 * @example One counter for each page
 * ```ts
 * import { ActorSystem, keyed } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = keyed(import.meta, (_context, key) => {
 *   let count = 0;
 *   return { visit: () => `${key}: ${++count}` };
 * });
 *
 * await using system = new ActorSystem({ workers: 0 });
 * await system.at(counter, "/home").ask.visit();
 * assertEquals(await system.at(counter, "/home").ask.visit(), "/home: 2");
 * assertEquals(await system.at(counter, "/about").ask.visit(), "/about: 1");
 * ```
 *
 * @typeParam H The handlers: the protocol.
 * @param meta `import.meta` of the module that contains the call.
 * @throws {TypeError} when `meta` is not that, `setup` is no function, or an option will not do.
 * @throws {RangeError} when a number is out of range.
 */
export function keyed<H>(
  meta: ImportMeta,
  setup: (context: KeyedContext, key: string) => H | PromiseLike<H>,
): KeyedDefinition<H>;
/**
 * The same for durable actors: with `state` a turn is a transaction. State, entries, alarms, posts and the reply are
 * committed together to the system's `store`, or not at all when the handler throws, and nothing leaves before that.
 *
 * What `setup` closes over is not rolled back: so a handler that throws ends the activation, and the next message finds
 * one with new variables, unless `onError` is `"resume"`. What asks and `fetch` do in the midst of a turn is not rolled
 * back either.
 *
 * @example An account that is never overdrawn
 * ```ts
 * import { ActorSystem, keyed } from "@troupe/actors";
 * import { sqlite } from "@troupe/actors/durable";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const options = { kind: "account", state: () => ({ cents: 0 }), reads: ["balance"] };
 * const account = keyed(import.meta, options, (context) => ({
 *   balance: () => context.state.cents,
 *   deposit: (cents: number) => context.state.cents += cents,
 *   withdraw(cents: number) {
 *     context.state.cents -= cents;
 *     if (context.state.cents < 0) throw new RangeError("too little"); // undoes the turn
 *   },
 * }));
 *
 * await using system = new ActorSystem({ workers: 0, store: sqlite(":memory:"), kinds: [account] });
 * const mine = system.at(account, "ann");
 * await mine.with({ once: "deposit-1" }).ask.deposit(500);
 * await mine.with({ once: "deposit-1" }).ask.deposit(500); // sent again: done once
 * await assertRejects(() => mine.ask.withdraw(900), RangeError);
 * assertEquals(await mine.ask.balance(), 500);
 * ```
 *
 * @typeParam S The state.
 * @typeParam H The handlers: the protocol.
 * @param meta `import.meta` of the module that contains the call.
 * @throws {TypeError} when `meta` is not that, `setup` is no function, `kind` is missing, or an option will not do.
 * @throws {RangeError} when a number is out of range, or `concurrency` is not 1.
 */
export function keyed<S, H>(
  meta: ImportMeta,
  options: DurableOptions<S>,
  setup: (context: DurableContext<S>, key: string) => H | PromiseLike<H>,
): KeyedDefinition<H>;
/** The same with options. */
export function keyed<H>(
  meta: ImportMeta,
  options: KeyedOptions,
  setup: (context: KeyedContext, key: string) => H | PromiseLike<H>,
): KeyedDefinition<H>;
export function keyed<H>(
  meta: ImportMeta,
  ...rest: [setup: Setup<H>] | [options: KeyedOptions, setup: Setup<H>]
): KeyedDefinition<H> {
  const [options, setup] = rest.length === 1 ? [{}, rest[0]] : rest;
  checkKeyedOptions("define keyed actor", options);
  const address = register("actor", meta, "setup", setup as DefinedFunction, {});
  const definition = new DefinedKeyed(options.kind ?? kindOf(address), setup, address, options);
  definition.actor.traits.begin = definition.durable === null
    ? beginKeyedContext
    : beginDurableContext;
  noteKeyed(definition);
  return definition;
}
