import { type BlockingCall, member } from "./_sync_object.ts";

/** A view that reads like an array. */
export function listView(call: BlockingCall, handle: object): object {
  // An array, for `Array.isArray` and JSON.
  return new Proxy([] as unknown[], {
    get(_target, name) {
      const index = indexIn(name);
      if (index !== null) return call("at", index);
      return name === "length" ? call("length") : member(call, "list", name, handle);
    },
    set(_target, name, value) {
      const index = indexIn(name);
      if (index === null) throw new TypeError(`Cannot set "${String(name)}" of a managed list`);
      if (index === call("length")) call("push", value);
      else call("set", index, value);
      return true;
    },
    deleteProperty: () => false,
    has: (_target, name) => {
      const index = indexIn(name);
      return index !== null && index < (call("length") as number);
    },
  });
}

/** The index that a property's name stands for. */
function indexIn(name: string | symbol): number | null {
  return typeof name === "string" && /^(0|[1-9]\d*)$/.test(name) ? Number(name) : null;
}
