/**
 * Typed actors on web workers, and how messages move between them.
 *
 * @example
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const counter = actor(import.meta, () => {
 *   let count = 0;
 *   return { increment: () => ++count };
 * });
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(counter);
 * assertEquals(await ref.ask.increment(), 1);
 * ```
 *
 * @module
 */
export * from "./actors/mod.ts";
export * from "./channels/mod.ts";
