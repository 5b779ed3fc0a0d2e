/**
 * Actors: state behind messages, on every core.
 *
 * {@linkcode actor} defines one, an {@linkcode ActorSystem} starts it on a worker, and an {@linkcode ActorRef}
 * talks to it: `tell` (one way), `ask` (with a reply) and `stream`. {@linkcode task} defines a function that any
 * worker can run.
 *
 * @example
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors/actors";
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
export * from "./actor.ts";
export * from "./actor_context.ts";
export * from "./keyed.ts";
export * from "./durable_context.ts";
export * from "./keyed_context.ts";
export * from "./vocabulary/actor_ref.ts";
export * from "./vocabulary/keyed_definition.ts";
export * from "./vocabulary/keyed_ref.ts";
export {
  ActorSystem,
  type ActorSystemOptions,
  type ShutdownOptions,
  type ShutdownResult,
  type SystemAlarm,
} from "./system/actor_system.ts";
export * from "./vocabulary/definition.ts";
export * from "./vocabulary/errors.ts";
export { HostLostError } from "../channels/vocabulary/errors.ts";
export * from "./vocabulary/exit_reason.ts";
export * from "./vocabulary/options.ts";
export * from "./pool/pool.ts";
export * from "./pool/pool_options.ts";
export { Supervisor } from "./supervision/supervisor.ts";
export * from "./supervision/supervisor_options.ts";
export type { TaskResult } from "./supervision/task_results.ts";
export * from "./vocabulary/store.ts";
export * from "./vocabulary/store_errors.ts";
export * from "./vocabulary/system_events.ts";
export * from "./task.ts";
export * from "./vocabulary/transport.ts";
