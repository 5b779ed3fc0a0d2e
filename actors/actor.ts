import type { ActorContext } from "./actor_context.ts";
import type { ActorDefinition, DefinitionOptions } from "./vocabulary/definition.ts";
import { beginContext } from "./_context.ts";
import { DefinedActor } from "./definition/defined_actor.ts";
import { register } from "./definition/registry.ts";

/** Runs in the actor's thread and returns its handlers. */
type Setup<H, A extends unknown[]> = (
  context: ActorContext,
  ...args: A
) => H | PromiseLike<H>;

/**
 * Defines a kind of actor: a function that makes its state and returns its handlers.
 *
 * `setup` runs in the actor's own thread, may be async, and closes over the state. The handlers are called one at a
 * time with the handlers object as `this`; a generator is a stream. What a caller has in an `AsyncLocalStorage` they do not
 * see, wherever they run; only a plain `setup` on the caller's own thread does. Define actors at the top level of a module:
 * workers import that module and find the definition by its position there. A module that also starts a system does
 * so under `if (import.meta.main)`.
 *
 * @example A counter
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = actor(import.meta, (_context, start: number) => {
 *   let count = start;
 *   return { increment: (by = 1) => count += by };
 * });
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const hits = await system.spawn(counter, 10);
 * hits.tell.increment();
 * assertEquals(await hits.ask.increment(2), 13);
 * ```
 *
 * @typeParam S The setup: a function of the context and of what `spawn` is given after the definition.
 * @typeParam R What it returns: the handlers, or a promise of them.
 * @typeParam N Is left out: with it an argument keeps the type that it has by itself, be it by its default.
 * @param meta `import.meta` of the module that contains the call.
 * @throws {TypeError} when `meta` is not that, `setup` is no function, or the key is no text.
 */
export function actor<S extends CallableFunction, R, N extends unknown[] = never>(
  meta: ImportMeta,
  setup: S | ((context: ActorContext, ...args: N) => R),
  options?: DefinitionOptions,
): S extends (context: ActorContext, ...args: infer A) => infer H ? ActorDefinition<Awaited<H>, A>
  : unknown;
export function actor<H, A extends unknown[]>(
  meta: ImportMeta,
  setup: Setup<H, A>,
  options: DefinitionOptions = {},
): ActorDefinition<H, A> {
  const address = register("actor", meta, "setup", setup, options);
  const definition = new DefinedActor(setup, address, {});
  definition.traits.begin = beginContext;
  return definition;
}
