import { call, ManagedObject } from "./managed_object.ts";
import { updateEntry } from "./_update.ts";

/**
 * One value of any kind that lives in a {@linkcode Manager}. A number that is changed often is much faster in a
 * {@linkcode SharedValue}.
 *
 * All members are methods that return promises. {@linkcode sync} gives a blocking view with a property `value`.
 *
 * @example
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const settings = await manager.value({ depth: 1 });
 * await settings.update(({ depth }) => ({ depth: depth + 1 }));
 * assertEquals(await settings.get(), { depth: 2 });
 * ```
 *
 * @typeParam T Type of the value.
 */
export class ManagedValue<T = unknown> extends ManagedObject {
  /** A copy of the value. */
  get(): Promise<T> {
    return call(this, "get") as Promise<T>;
  }

  /** Replaces the value. */
  set(value: T): Promise<void> {
    return call(this, "set", value) as Promise<void>;
  }

  /**
   * Replaces the value by what `fn` makes of it; resolves to the new one. Nothing is lost to others who set it
   * meanwhile: then `fn` is called again.
   */
  update(fn: (value: T) => T | Promise<T>): Promise<T> {
    return updateEntry(this, null, fn);
  }
}
