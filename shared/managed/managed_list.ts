import { call, ManagedObject } from "./managed_object.ts";
import { updateEntry } from "./_update.ts";

/** Options of {@linkcode ManagedList.sort}. */
export interface ManagedSortOptions<T = unknown> {
  /**
   * The property by which to sort items that are plain objects or arrays.
   *
   * @default the items themselves
   */
  by?: Extract<keyof T, string | number> | undefined;
  /**
   * Whether the largest comes first.
   *
   * @default {false}
   */
  descending?: boolean | undefined;
}

/**
 * A list that lives in a {@linkcode Manager}, with the verbs of arrays, awaited.
 *
 * All members are methods that return promises, `length()` too. {@linkcode sync} gives a blocking view that reads like an
 * array.
 *
 * @example Only what goes through the handle changes the list
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const list = await manager.list([1, 2]);
 * const copy = await list.toArray();
 * copy.push(3); // a copy
 * await list.push(4);
 * assertEquals(await list.toArray(), [1, 2, 4]);
 * ```
 *
 * @typeParam T Type of the items.
 */
export class ManagedList<T = unknown> extends ManagedObject {
  /** How many items it has. */
  length(): Promise<number> {
    return call(this, "length") as Promise<number>;
  }

  /** The item at an index, from the end when that is negative; `undefined` outside. */
  at(index: number): Promise<T | undefined> {
    return call(this, "at", index) as Promise<T | undefined>;
  }

  /**
   * Replaces the item at an index, from the end when that is negative.
   *
   * @throws {RangeError} Rejects when there is none.
   */
  set(index: number, item: T): Promise<void> {
    return call(this, "set", index, item) as Promise<void>;
  }

  /** Adds items at the end; resolves to the new length. */
  push(...items: T[]): Promise<number> {
    return call(this, "push", ...items) as Promise<number>;
  }

  /** Takes the last item. */
  pop(): Promise<T | undefined> {
    return call(this, "pop") as Promise<T | undefined>;
  }

  /** Takes the first item. */
  shift(): Promise<T | undefined> {
    return call(this, "shift") as Promise<T | undefined>;
  }

  /** Adds items at the beginning; resolves to the new length. */
  unshift(...items: T[]): Promise<number> {
    return call(this, "unshift", ...items) as Promise<number>;
  }

  /** Removes items and puts others in their place; resolves to those removed. */
  splice(start: number, deleteCount?: number, ...items: T[]): Promise<T[]> {
    return call(this, "splice", start, deleteCount, ...items) as Promise<T[]>;
  }

  /** A copy of some items. */
  slice(start?: number, end?: number): Promise<T[]> {
    return call(this, "slice", start, end) as Promise<T[]>;
  }

  /** Index of the first item that is the same; plain objects are never the same, handles of one object are. */
  indexOf(item: T): Promise<number> {
    return call(this, "indexOf", item) as Promise<number>;
  }

  /** Whether an item is the same. */
  includes(item: T): Promise<boolean> {
    return call(this, "includes", item) as Promise<boolean>;
  }

  /** Turns the order round. */
  reverse(): Promise<void> {
    return call(this, "reverse") as Promise<void>;
  }

  /**
   * Sorts the items where they are, in one call; equal ones keep their order. Numbers, and dates, come first and by size,
   * then all else by its text as in arrays, and what is missing last.
   *
   * @example By a property
   * ```ts
   * import { Manager } from "@troupe/actors/shared";
   * import { assertEquals } from "@std/assert";
   *
   * await using manager = new Manager();
   * const list = await manager.list([{ name: "b", age: 30 }, { name: "a", age: 9 }]);
   * await list.sort({ by: "age" });
   * assertEquals((await list.at(0))!.name, "a");
   * ```
   *
   * @throws {TypeError} Rejects when `by` is not the name of a property, or an item has none that the manager can see:
   * an instance of a class, a handle. Nothing has moved then.
   */
  sort(options: ManagedSortOptions<T> = {}): Promise<void> {
    return call(this, "sort", options) as Promise<void>;
  }

  /** Removes all items. */
  clear(): Promise<void> {
    return call(this, "clear") as Promise<void>;
  }

  /** A copy of all items. */
  toArray(): Promise<T[]> {
    return call(this, "toArray") as Promise<T[]>;
  }

  /**
   * Replaces the item at an index by what `fn` makes of it; resolves to the new item. Nothing is lost to others who
   * replace the item meanwhile: then `fn` is called again, as long as the time of a call lasts. One that others have moved
   * is replaced where it is now. `await list.set(0, await list.at(0) + 1)` loses.
   *
   * @example
   * ```ts
   * import { Manager } from "@troupe/actors/shared";
   * import { assertEquals } from "@std/assert";
   *
   * await using manager = new Manager();
   * const list = await manager.list([0]);
   * await Promise.all([1, 2, 3].map((by) => list.update(0, (sum) => sum + by)));
   * assertEquals(await list.at(0), 6);
   * ```
   *
   * @throws {RangeError} Rejects when there is none.
   * @throws {DOMException} Rejects with a `TimeoutError` when others have replaced it each time.
   */
  update(index: number, fn: (item: T) => T | Promise<T>): Promise<T> {
    return updateEntry(this, index, fn);
  }

  /** The items as they are when the iteration begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    yield* await this.toArray();
  }
}
