import { isThenable } from "../../channels/vocabulary/thenable.ts";
import { abandonValues } from "../../channels/message/abandon.ts";
import { actor } from "../actor.ts";
import { hostBehind } from "../system/actor_system.ts";
import { isTask } from "../definition/defined_task.ts";
import { functionHere } from "../definition/function_here.ts";
import { Pace } from "./_pace.ts";
import { begin } from "./_progress.ts";
import type { DefinedFunction } from "../definition/registry.ts";
import type { TaskCall } from "../vocabulary/definition.ts";

/** A task as the worker knows it. */
interface KnownTask {
  readonly task: unknown;
  /** `null` while its module is not loaded. */
  fn: DefinedFunction | null;
  readonly pace: Pace;
}

/** What runs in each worker of a pool. Tasks are sent once, and then go by numbers. */
export const poolWorker = actor(
  import.meta,
  (context, progress: Int32Array) => {
    const host = hostBehind(context.system);
    const functionIn = (task: unknown): DefinedFunction | Promise<DefinedFunction> => {
      if (!isTask(task)) throw new TypeError("Cannot run in pool: it is not a task");
      return functionHere(task.fn) ?? host.load(task.address);
    };
    // A module that took too long may be there at the next call.
    const loaded = async (known: KnownTask) => known.fn = await functionIn(known.task);
    const tasks = new Map<number, KnownTask>();
    const run = (
      serial: number,
      number: number,
      args: unknown[],
      call: (fn: DefinedFunction) => unknown,
    ): unknown => {
      if (!begin(progress, serial)) return abandonValues(args);
      const known = tasks.get(number)!;
      const { fn, pace } = known;
      if (fn === null) return loaded(known).then(call);
      return pace.isQuick ? pace.measure(call, fn) : pace.rest().then(() => pace.measure(call, fn));
    };
    return {
      async initialize([task, ...args]: TaskCall): Promise<void> {
        await (await functionIn(task))(...args);
      },
      define(number: number, task: unknown): void {
        const known: KnownTask = { task, fn: null, pace: new Pace() };
        tasks.set(number, known);
        const fn = functionIn(task);
        if (typeof fn === "function") known.fn = fn;
        // One that cannot be loaded fails its calls.
        else fn.then((fn) => known.fn = fn, () => {});
      },
      call(serial: number, number: number, ...args: unknown[]): unknown {
        return run(serial, number, args, (fn) => fn(...args));
      },
      map(serial: number, number: number, items: unknown[]): unknown {
        return run(serial, number, items, (fn) => mapped(items, (item) => fn(item)));
      },
      starmap(serial: number, number: number, items: unknown[][]): unknown {
        return run(serial, number, items, (fn) => mapped(items, (args) => fn(...args)));
      },
    };
  },
);

/** One after the other; waits only where there is something to wait for. */
async function mapped<T>(items: T[], fn: (item: T) => unknown): Promise<unknown[]> {
  const results: unknown[] = new Array(items.length);
  for (let index = 0; index < items.length; index++) {
    const result = fn(items[index]!);
    results[index] = isThenable(result) ? await result : result;
  }
  return results;
}
