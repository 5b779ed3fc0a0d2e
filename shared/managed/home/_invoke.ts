import { CustomTarget } from "./_custom_target.ts";
import type { ManagedTable } from "./table.ts";

const NEVER = new Set(["constructor", "contents", "end", "then"]);

/**
 * Calls a method of an object; only methods that it means to have.
 *
 * @throws {TypeError} when there is no such object or method.
 */
export function invoke(table: ManagedTable, id: number, method: string, args: unknown[]): unknown {
  try {
    const entry = table.get(id);
    if (entry === undefined) {
      throw new TypeError(`Cannot call "${method}": the object has been freed`);
    }
    const { target, kind } = entry;
    if (method.startsWith("_")) throw refusal(method, kind);
    // The actor of the object looks for itself.
    if (target instanceof CustomTarget) return target.ref.ask[method]!(...args);
    return methodOf(target, method, kind).apply(target, args);
  } finally {
    table.callDone(args);
  }
}

function methodOf(target: object, name: string, kind: string): (...args: unknown[]) => unknown {
  if (!NEVER.has(name)) {
    let prototype = Object.getPrototypeOf(target);
    for (; prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype)) {
      if (!Object.hasOwn(prototype, name)) continue;
      const method = prototype[name];
      if (typeof method === "function") return method;
    }
  }
  throw refusal(name, kind);
}

function refusal(method: string, kind: string): TypeError {
  return new TypeError(`Cannot call "${method}": a managed ${kind} has no such method`);
}
