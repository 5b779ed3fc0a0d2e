import { call, ManagedObject } from "./managed_object.ts";

/**
 * A set that lives in a {@linkcode Manager}, with the verbs of `Set`, awaited. Values that are not primitive are never
 * the same, because they are copies.
 *
 * All members are methods that return promises, `size()` too. {@linkcode sync} gives a blocking view that reads like a
 * `Set`.
 *
 * @example
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const seen = await manager.set(["a"]);
 * await seen.add("b");
 * assertEquals(await seen.values(), ["a", "b"]);
 * ```
 *
 * @typeParam T Type of the values.
 */
export class ManagedSet<T = unknown> extends ManagedObject {
  /** Adds a value; resolves to whether it is new. */
  add(value: T): Promise<boolean> {
    return call(this, "add", value) as Promise<boolean>;
  }

  /** Whether there is a value. */
  has(value: T): Promise<boolean> {
    return call(this, "has", value) as Promise<boolean>;
  }

  /** Removes a value; resolves to whether it was there. */
  delete(value: T): Promise<boolean> {
    return call(this, "delete", value) as Promise<boolean>;
  }

  /** How many values there are. */
  size(): Promise<number> {
    return call(this, "size") as Promise<number>;
  }

  /** Removes all values. */
  clear(): Promise<void> {
    return call(this, "clear") as Promise<void>;
  }

  /** A copy of the values, in order of insertion. */
  values(): Promise<T[]> {
    return call(this, "values") as Promise<T[]>;
  }

  /** A copy. */
  async toSet(): Promise<Set<T>> {
    return new Set(await this.values());
  }

  /** The values as they are when the iteration begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    yield* await this.values();
  }
}
