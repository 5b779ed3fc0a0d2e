import type { ManagedList } from "./managed_list.ts";
import type { ManagedMap } from "./managed_map.ts";
import type { ManagedNamespace } from "./managed_namespace.ts";
import { ManagedObject, seatOf } from "./managed_object.ts";
import type { ManagedSet } from "./managed_set.ts";
import type { ManagedValue } from "./managed_value.ts";
import { listView } from "./_sync_list.ts";
import { namespaceView } from "./_sync_namespace.ts";
import { objectView } from "./_sync_object.ts";

/** The methods of a handle, each of which blocks until its result is there. */
export type Blocking<H, Left extends keyof H = never> = {
  readonly [
    // deno-lint-ignore no-explicit-any -- any method
    K in Exclude<keyof H, Left> as H[K] extends (...args: any[]) => Promise<unknown> ? K : never
  ]: H[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
};

/** A managed list that reads like an array; see {@linkcode sync}. */
export type SyncList<T> =
  & Blocking<ManagedList<T>, "length" | "update">
  & Iterable<T>
  & { [index: number]: T; readonly length: number; update(index: number, fn: (item: T) => T): T };

/** A managed map that reads like a `Map`; see {@linkcode sync}. */
export type SyncMap<K, V> =
  & Blocking<ManagedMap<K, V>, "size" | "update">
  & Iterable<[K, V]>
  & { readonly size: number; update(key: K, fn: (value: V | undefined) => V): V };

/** A managed set that reads like a `Set`; see {@linkcode sync}. */
export type SyncSet<T> = Blocking<ManagedSet<T>, "size"> & Iterable<T> & { readonly size: number };

/** A managed value; see {@linkcode sync}. */
export type SyncValue<T> = { value: T; update(fn: (value: T) => T): T };

/**
 * A blocking view of a managed object, which reads like the plain one: each access is a call that blocks the thread until
 * the answer is there. For worker threads; on the main thread it stops everything else there. Meant for code that cannot
 * be async.
 *
 * `sync(space).x += 1` is a read and a write, between which others can write; `update` loses nothing. What comes out is a
 * copy: `sync(space).list.push(1)` changes the copy.
 *
 * Cost: one round trip for each access, in which the thread does nothing else; about half of that in a system with
 * `transport: sharedMemoryTransport()`. The wait has no limit but that of
 * {@linkcode ManagedObject.with}; when the manager ends, or its thread, it throws.
 *
 * @example
 * ```ts
 * import { Manager, sync } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const point = sync(await manager.namespace({ x: 1 }));
 * point.x += 1;
 * assertEquals(point.x, 2);
 *
 * const list = sync(await manager.list(["a"]));
 * list[0] += "b";
 * assertEquals([...list], ["ab"]);
 * ```
 *
 * @throws {TypeError} when it is not a handle of a list, map, set, namespace, value, or object of your own.
 * @throws {Error} when the manager lives on this very thread, which would wait for itself.
 */
export function sync<T>(handle: ManagedList<T>): SyncList<T>;
/** Of a map. */
export function sync<K, V>(handle: ManagedMap<K, V>): SyncMap<K, V>;
/** Of a set. */
export function sync<T>(handle: ManagedSet<T>): SyncSet<T>;
/** Of a namespace. */
export function sync<T extends object>(handle: ManagedNamespace<T>): T;
/** Of a value. */
export function sync<T>(handle: ManagedValue<T>): SyncValue<T>;
/** Of an object of your own. */
export function sync<O extends ManagedObject>(handle: O): Blocking<O>;
export function sync(handle: ManagedObject): unknown {
  if (!(handle instanceof ManagedObject)) {
    throw new TypeError("Cannot use sync: it takes a handle of a managed object");
  }
  const { client, kind } = seatOf(handle);
  if (["queue", "lock", "barrier"].includes(kind)) {
    throw new TypeError(`Cannot use sync: a managed ${kind} waits by itself; await it`);
  }
  client.checkBlocking();
  const call = (method: string, ...args: unknown[]): unknown => {
    const { client, id, life, limits } = seatOf(handle);
    if (life.isDisposed) throw new TypeError(`Cannot call "${method}": the handle was disposed`);
    return client.callSync(id, method, args, limits);
  };
  if (kind === "list") return listView(call, handle);
  if (kind === "namespace") return namespaceView(call);
  return objectView(call, kind, handle);
}
