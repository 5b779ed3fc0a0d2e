import { actor } from "./actor.ts";
import { functionOf, isTask } from "./_definition.ts";
import type { DefinedFunction } from "./_registry.ts";
import { begin } from "./_pool_progress.ts";
import type { TaskDefinition } from "./task.ts";

/** A task of a pool, and its arguments. */
// deno-lint-ignore no-explicit-any -- any task will do
export type Call = readonly [task: TaskDefinition<any, unknown>, ...args: unknown[]];

/** What runs in each worker of a pool. Tasks are sent once, and then go by numbers. */
export const poolWorker = actor(
  import.meta,
  async (_context, progress: Int32Array, initializer: Call | null) => {
    if (initializer !== null) {
      const [task, ...args] = initializer;
      await (await functionIn(task))(...args);
    }
    const functions = new Map<number, DefinedFunction | Promise<DefinedFunction>>();
    const run = (serial: number, task: number, call: (fn: DefinedFunction) => unknown): unknown => {
      if (!begin(progress, serial)) return undefined;
      const fn = functions.get(task)!;
      return typeof fn === "function" ? call(fn) : fn.then(call);
    };
    return {
      define(number: number, task: unknown): void {
        const fn = functionIn(task);
        functions.set(number, fn);
        if (typeof fn === "function") return;
        // One that cannot be loaded fails its calls.
        fn.then((loaded) => functions.set(number, loaded), () => {});
      },
      call(serial: number, number: number, ...args: unknown[]): unknown {
        return run(serial, number, (fn) => fn(...args));
      },
      map(serial: number, number: number, items: unknown[]): unknown {
        return run(serial, number, (fn) => mapped(items, (item) => fn(item)));
      },
      starmap(serial: number, number: number, items: unknown[][]): unknown {
        return run(serial, number, (fn) => mapped(items, (args) => fn(...args)));
      },
    };
  },
);

function functionIn(task: unknown): DefinedFunction | Promise<DefinedFunction> {
  if (!isTask(task)) throw new TypeError("Cannot run in pool: it is not a task");
  return functionOf(task);
}

/** One after the other; waits only where there is something to wait for. */
async function mapped<T>(items: T[], fn: (item: T) => unknown): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const item of items) {
    const result = fn(item);
    results.push(isThenable(result) ? await result : result);
  }
  return results;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}
