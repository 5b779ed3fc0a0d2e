import { UNASKED } from "../../actors/messaging/facade.ts";
import { call, ManagedObject, standFor } from "./managed_object.ts";

/**
 * A handle of an object of the program's own, see {@linkcode Manager.register}: its handlers, awaited.
 *
 * All handlers are methods that return promises. {@linkcode sync} gives a blocking view of them.
 *
 * @typeParam H The handlers.
 */
export type Managed<H> =
  & ManagedObject
  & {
    readonly [
      // deno-lint-ignore no-explicit-any -- any function
      K in keyof H as H[K] extends (...args: any[]) => unknown ? K : never
    ]: H[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
  };

/** What stands behind a {@linkcode Managed}: which methods there are only the manager knows. */
export class ManagedCustom extends ManagedObject {
  /** @ignore */
  constructor() {
    super();
    const proxy = new Proxy(this, {
      get(target, name) {
        const own = Reflect.get(target, name, proxy);
        if (own !== undefined || typeof name === "symbol" || UNASKED.has(name)) return own;
        return (...args: unknown[]) => call(proxy, name, ...args);
      },
    });
    standFor(proxy, this);
    return proxy;
  }
}
