import { UNASKED } from "../../actors/messaging/facade.ts";

/** An object that has a method for each name. */
export function facade(call: (handler: string, args: unknown[]) => unknown): object {
  return new Proxy(Object.create(null), {
    get: (_target, name) =>
      typeof name !== "string" || UNASKED.has(name)
        ? undefined
        : (...args: unknown[]) => call(name, args),
  });
}
