import type { DefinitionOptions, TaskDefinition } from "./vocabulary/definition.ts";
import { defineTask } from "./definition/defined_task.ts";
import { register } from "./definition/registry.ts";

/**
 * Defines a function that workers can run: `system.run(square, 3)`.
 *
 * It may be async. Like actors, tasks are defined at the top level of a module, where workers find them again.
 *
 * @example Square a number on some worker
 * ```ts
 * import { ActorSystem, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const square = task(import.meta, (n: number) => n * n);
 *
 * await using system = new ActorSystem({ workers: 0 });
 * assertEquals(await system.run(square, 3), 9);
 * ```
 *
 * @typeParam F The type of the function.
 * @param meta `import.meta` of the module that contains the call.
 * @throws {TypeError} when `meta` is not that, `fn` is no function, or the key is no text.
 */
export function task<F extends CallableFunction>(
  meta: ImportMeta,
  fn: F,
  options?: DefinitionOptions,
): F extends (...args: infer A) => infer R ? TaskDefinition<A, R> : unknown;
export function task<A extends unknown[], R>(
  meta: ImportMeta,
  fn: (...args: A) => R,
  options: DefinitionOptions = {},
): TaskDefinition<A, R> {
  return defineTask(fn, register("task", meta, "fn", fn, options), {});
}
