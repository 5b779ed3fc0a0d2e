import type { ActorContext } from "./actor_context.ts";
import type { KeyedRef } from "./vocabulary/keyed_ref.ts";

/**
 * What a keyed actor can do besides answering: the first argument of its `setup`. It belongs to one activation, and
 * timers, children and what is watched end with it.
 *
 * A turn that goes on, an open stream, what was set by `after` and a living child keep it from sleeping; `every` and
 * `watch` do not.
 */
export interface KeyedContext extends Omit<ActorContext, "restarts" | "stop" | "self"> {
  /** This actor. Typed by its user: `const self: KeyedRef<Cart> = context.self`. */
  // deno-lint-ignore no-explicit-any -- the protocol is only known when setup has returned
  readonly self: KeyedRef<any>;
  /** Which one of its kind it is. */
  readonly key: string;
}
