import { shown } from "../../channels/vocabulary/checks.ts";
import type { Handler } from "./turn.ts";

const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Finds the handler with a name that came in a message: an own property, or one of the prototype chain below
 * `Object.prototype` when a class instance answers.
 */
export function findHandler(handlers: object, name: string): Handler | undefined {
  if (INHERITED.has(name) && !isOverridden(handlers, name)) return undefined;
  const handler = (handlers as Record<string, unknown>)[name];
  return typeof handler === "function" ? handler as Handler : undefined;
}

function isOverridden(handlers: object, name: string): boolean {
  if (Object.hasOwn(handlers, name)) return true;
  if (name === "constructor" || name === "__proto__") return false;
  let prototype = Object.getPrototypeOf(handlers);
  for (; prototype !== null && prototype !== Object.prototype;) {
    if (Object.hasOwn(prototype, name)) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

/**
 * @param doing Completes "Cannot ...": for what they were given.
 * @param what Where they came from.
 * @throws {TypeError} when they cannot be handlers.
 */
export function checkHandlers(
  handlers: unknown,
  doing: string,
  what: string,
): asserts handlers is object {
  if (typeof handlers !== "object" || handlers === null) {
    const type = typeof handlers;
    const given = type === "number" || type === "string" ? `the ${type} ` : "";
    throw new TypeError(
      `Cannot ${doing}: ${what} an object of handlers, received ${given}${shown(handlers)}`,
    );
  }
  if ("then" in handlers) {
    throw new TypeError(`Cannot ${doing}: a handler may not be named "then"`);
  }
}
