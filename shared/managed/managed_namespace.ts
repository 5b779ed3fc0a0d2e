import { call, ManagedObject, seatOf } from "./managed_object.ts";
import { updateEntry } from "./_update.ts";

/**
 * Named values that live in a {@linkcode Manager}: an object of which each property is shared by itself. Names that begin
 * with an underscore stay in this handle, and are not shared.
 *
 * All members are methods that return promises. {@linkcode sync} gives a blocking view that reads like an object.
 *
 * @example
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const point = await manager.namespace({ x: 1, y: 2 });
 * await point.set("x", 10);
 * await point.update("y", (y) => y * 10);
 * assertEquals(await point.toObject(), { x: 10, y: 20 });
 * ```
 *
 * @typeParam T Type of the object.
 */
export class ManagedNamespace<T extends object = Record<string, unknown>> extends ManagedObject {
  /** The value of a name; `undefined` when there is none. */
  get<K extends string & keyof T>(name: K): Promise<T[K]> {
    if (isOwn(name)) return Promise.resolve(ownOf(this).get(name) as T[K]);
    return call(this, "get", name) as Promise<T[K]>;
  }

  /** Whether there is a value of a name, also `undefined`; `"x" in sync(namespace)` blocks for the same. */
  has(name: string & keyof T): Promise<boolean> {
    if (isOwn(name)) return Promise.resolve(ownOf(this).has(name));
    return call(this, "has", name) as Promise<boolean>;
  }

  /** Sets the value of a name. */
  set<K extends string & keyof T>(name: K, value: T[K]): Promise<void> {
    if (!isOwn(name)) return call(this, "set", name, value) as Promise<void>;
    ownOf(this).set(name, value);
    return Promise.resolve();
  }

  /** Removes a name; resolves to whether it was there. */
  delete(name: string & keyof T): Promise<boolean> {
    if (isOwn(name)) return Promise.resolve(ownOf(this).delete(name));
    return call(this, "delete", name) as Promise<boolean>;
  }

  /** The names, in order of insertion. */
  keys(): Promise<(string & keyof T)[]> {
    return call(this, "keys") as Promise<(string & keyof T)[]>;
  }

  /** A copy of all of it. */
  async toObject(): Promise<T> {
    return Object.fromEntries(await call(this, "entries") as [string, unknown][]) as T;
  }

  /**
   * Sets the value of a name to what `fn` makes of it; resolves to the new value. Nothing is lost to others who set it
   * meanwhile: then `fn` is called again.
   */
  update<K extends string & keyof T>(
    name: K,
    fn: (value: T[K]) => T[K] | Promise<T[K]>,
  ): Promise<T[K]> {
    if (isOwn(name)) return this.#updateOwn(name, fn);
    return updateEntry(this, name, fn);
  }

  async #updateOwn<V>(name: string, fn: (value: V) => V | Promise<V>): Promise<V> {
    const next = await fn(ownOf(this).get(name) as V);
    ownOf(this).set(name, next);
    return next;
  }
}

// The key is what a handle shares with those that `with()` makes of it.
const ownNames = new WeakMap<object, Map<string, unknown>>();

function ownOf(handle: ManagedObject): Map<string, unknown> {
  const { life } = seatOf(handle);
  let own = ownNames.get(life);
  if (own === undefined) ownNames.set(life, own = new Map());
  return own;
}

function isOwn(name: string): boolean {
  return typeof name === "string" && name.startsWith("_");
}
