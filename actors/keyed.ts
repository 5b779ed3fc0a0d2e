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
 * The same for durable actors: with `state` a turn is a transaction. State, alarms, posts and the reply are committed
 * together to the system's `store`, or not at all when the handler throws, and nothing leaves before that. A handler that
 * throws also ends the activation, because variables of `setup` are not rolled back.
 *
 * @typeParam S The state.
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
