import { call, ManagedObject } from "./managed_object.ts";
import { updateEntry } from "./_update.ts";

/**
 * A map that lives in a {@linkcode Manager}, with the verbs of `Map`, awaited. Keys are compared by value when they are
 * primitive, as in a `Map`; other keys are never the same, because they are copies.
 *
 * All members are methods that return promises, `size()` too. {@linkcode sync} gives a blocking view that reads like a
 * `Map`.
 *
 * @example Count words from many threads
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const counts = await manager.map<string, number>();
 * for (const word of ["to", "be", "to"]) await counts.update(word, (count = 0) => count + 1);
 * assertEquals(await counts.get("to"), 2);
 * ```
 *
 * @typeParam K Type of the keys.
 * @typeParam V Type of the values.
 */
export class ManagedMap<K = unknown, V = unknown> extends ManagedObject {
  /** The value of a key. */
  get(key: K): Promise<V | undefined> {
    return call(this, "get", key) as Promise<V | undefined>;
  }

  /** Sets the value of a key. */
  set(key: K, value: V): Promise<void> {
    return call(this, "set", key, value) as Promise<void>;
  }

  /** The value of a key; a key that is not there gets this one first. */
  getOrInsert(key: K, value: V): Promise<V> {
    return call(this, "getOrInsert", key, value) as Promise<V>;
  }

  /** Whether there is a key. */
  has(key: K): Promise<boolean> {
    return call(this, "has", key) as Promise<boolean>;
  }

  /** Removes a key; resolves to whether it was there. */
  delete(key: K): Promise<boolean> {
    return call(this, "delete", key) as Promise<boolean>;
  }

  /** How many keys there are. */
  size(): Promise<number> {
    return call(this, "size") as Promise<number>;
  }

  /** Removes all keys. */
  clear(): Promise<void> {
    return call(this, "clear") as Promise<void>;
  }

  /** A copy of the keys, in order of insertion. */
  keys(): Promise<K[]> {
    return call(this, "keys") as Promise<K[]>;
  }

  /** A copy of the values, in order of insertion. */
  values(): Promise<V[]> {
    return call(this, "values") as Promise<V[]>;
  }

  /** A copy of keys and values, in order of insertion. */
  entries(): Promise<[K, V][]> {
    return call(this, "entries") as Promise<[K, V][]>;
  }

  /** A copy. */
  async toMap(): Promise<Map<K, V>> {
    return new Map(await this.entries());
  }

  /**
   * Sets the value of a key to what `fn` makes of it (of `undefined`, when it is not there); resolves to the new value.
   * Nothing is lost to others who set it meanwhile: then `fn` is called again.
   */
  update(key: K, fn: (value: V | undefined) => V | Promise<V>): Promise<V> {
    return updateEntry(this, key, fn as (value: V) => V | Promise<V>);
  }

  /** Keys and values as they are when the iteration begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], void, void> {
    yield* await this.entries();
  }
}
