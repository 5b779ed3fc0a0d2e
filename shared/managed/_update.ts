import { OwnWait } from "../../channels/waits/wait.ts";
import { limitWait } from "../../channels/waits/limits.ts";
import { draftOf } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { call, limitsOf, type ManagedObject } from "./managed_object.ts";

/**
 * Changes one entry by compare-and-set: reads it with the number of its revision, and puts the new value there if that
 * is still the same, else begins again, within the time of one call.
 *
 * @throws {DOMException} Rejects with a `TimeoutError` when its time is over; the entry is as others left it.
 */
export function updateEntry<T>(
  object: ManagedObject,
  key: unknown,
  fn: (value: T) => T | Promise<T>,
): Promise<T> {
  const wait = new OwnWait<T>("update entry", "no change of its own", null);
  limitWait(wait, limitsOf(object));
  tryUpdating(wait, object, key, fn).catch((error) => wait.reject(error));
  return wait.promise;
}

async function tryUpdating<T>(
  wait: OwnWait<T>,
  object: ManagedObject,
  key: unknown,
  fn: (value: T) => T | Promise<T>,
): Promise<void> {
  while (!wait.settled) {
    const [value, revision] = await call(object, "read", key) as [T, number];
    if (wait.settled) return;
    const next = await fn(value);
    if (wait.settled) return;
    try {
      if (await call(object, "replace", key, revision, next)) wait.resolve(next);
    } catch (error) {
      checkResult(next);
      throw error;
    }
  }
}

/**
 * For an error of the call that was to put it there.
 *
 * @throws {TypeError} when what `fn` gave cannot cross; the caller has not passed it as an argument.
 */
export function checkResult(next: unknown): void {
  draftOf([next], OVER_LINK, "message", "result");
}
