import { call, type ManagedObject } from "./managed_object.ts";

/**
 * Changes one entry by compare-and-set: reads it with the number of its revision, and puts the new value there if that
 * is still the same, else begins again.
 */
export async function updateEntry<T>(
  object: ManagedObject,
  key: unknown,
  fn: (value: T) => T | Promise<T>,
): Promise<T> {
  for (;;) {
    const [value, revision] = await call(object, "read", key) as [T, number];
    const next = await fn(value);
    if (await call(object, "replace", key, revision, next)) return next;
  }
}
