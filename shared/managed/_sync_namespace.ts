import type { BlockingCall } from "./_sync_object.ts";

/** A view that reads like an object; names that begin with an underscore stay in it. */
export function namespaceView(call: BlockingCall): object {
  const own = new Map<string, unknown>();
  return new Proxy({}, {
    get(_target, name) {
      if (typeof name === "symbol") return undefined;
      return name.startsWith("_") ? own.get(name) : call("get", name);
    },
    set(_target, name, value) {
      if (typeof name === "symbol") return false;
      if (name.startsWith("_")) own.set(name, value);
      else call("set", name, value);
      return true;
    },
    has(_target, name) {
      if (typeof name === "symbol") return false;
      return name.startsWith("_") ? own.has(name) : call("has", name) as boolean;
    },
    deleteProperty(_target, name) {
      if (typeof name === "symbol") return true;
      if (name.startsWith("_")) own.delete(name);
      else call("delete", name);
      return true;
    },
    ownKeys: () => call("keys") as string[],
    getOwnPropertyDescriptor(_target, name) {
      if (typeof name === "symbol" || name.startsWith("_") || !call("has", name)) return undefined;
      return { value: call("get", name), writable: true, enumerable: true, configurable: true };
    },
  });
}
