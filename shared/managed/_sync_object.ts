import { realNow } from "../../channels/vocabulary/kept.ts";
import { checkResult } from "./_update.ts";
import { seatOf } from "./managed_object.ts";
import { timeoutError } from "../../channels/vocabulary/timeout_error.ts";

/** Calls a method and blocks until its result is there. */
export type BlockingCall = (method: string, ...args: unknown[]) => unknown;

/** Changes one entry, like `updateEntry()`, for as long as a call with this handle may take. */
function updateNow(
  call: BlockingCall,
  handle: object,
  key: unknown,
  fn: (value: unknown) => unknown,
): unknown {
  const { timeoutMs = Infinity } = seatOf(handle).limits ?? {};
  const end = realNow() + timeoutMs;
  do {
    const [value, revision] = call("read", key) as [unknown, number];
    const next = fn(value);
    try {
      if (call("replace", key, revision, next)) return next;
    } catch (error) {
      checkResult(next);
      throw error;
    }
  } while (realNow() < end);
  throw timeoutError({ doing: "update entry", missing: "no change of its own" }, timeoutMs);
}

type Entries = [unknown, unknown][];

/** A view whose methods are those of the object, whatever they are. */
export function objectView(call: BlockingCall, kind: string, handle: object): object {
  return new Proxy({}, {
    get: (_target, name) => member(call, kind, name, handle),
    set(_target, name, value) {
      if (kind !== "value" || name !== "value") {
        throw new TypeError(`Cannot set "${String(name)}" of a managed ${kind}`);
      }
      call("set", value);
      return true;
    },
    deleteProperty: () => false,
  });
}

/** What a view has under a name: a property that is asked for, or a method. */
export function member(
  call: BlockingCall,
  kind: string,
  name: string | symbol,
  handle: object,
): unknown {
  if (name === Symbol.iterator) return iteratorOf(call, kind);
  if (typeof name === "symbol" || name === "then") return undefined;
  if (name === "size" && (kind === "map" || kind === "set")) return call("size");
  if (name === "value" && kind === "value") return call("get");
  if (name === "toMap" && kind === "map") return () => new Map(call("entries") as Entries);
  if (name === "toSet" && kind === "set") return () => new Set(call("values") as unknown[]);
  if (name === "update" && kind !== "custom") return updaterOf(call, kind, handle);
  // Which methods an object of the program's own has only the manager knows.
  if (kind !== "custom" && !(name in handle)) return undefined;
  return (...args: unknown[]) => call(name, ...args);
}

function updaterOf(call: BlockingCall, kind: string, handle: object): unknown {
  type Change = (value: unknown) => unknown;
  if (kind === "value") return (fn: Change) => updateNow(call, handle, null, fn);
  return (key: unknown, fn: Change) => updateNow(call, handle, key, fn);
}

function iteratorOf(call: BlockingCall, kind: string): unknown {
  const all = { list: "toArray", map: "entries", set: "values" }[kind];
  return all && (() => (call(all) as unknown[])[Symbol.iterator]());
}
