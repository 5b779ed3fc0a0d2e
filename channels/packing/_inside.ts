/**
 * What real instances of the platform's classes have inside. A `Proxy` of one, and what `Object.create()` makes with its
 * prototype, have nothing there.
 *
 * @module
 */
import { clone } from "../vocabulary/kept.ts";
import { Refusal } from "./_refusal.ts";

/** @throws {Refusal} when there is nothing inside. */
export function inside<V extends object, T>(value: V, read: (value: V) => T): T {
  try {
    return read(value);
  } catch {
    throw new Refusal(describeUnreal(value));
  }
}

/** Names a value that has the prototype of a class, but was not made by it. */
export function describeUnreal(value: object): string {
  const { name } = Object.getPrototypeOf(value).constructor;
  return `is no real ${name}, but a Proxy or made by Object.create(): it cannot be copied`;
}

// Not by the instance's own methods, which it can have replaced.

export function timeOf(date: Date): number {
  return Date.prototype.getTime.call(date);
}

export function sourceOf(pattern: RegExp): string {
  return pattern.source;
}

/** Keys and values in turn. */
export function entriesOf(map: Map<unknown, unknown>): unknown[] {
  const entries: unknown[] = [];
  Map.prototype.forEach.call(map, (value, key) => entries.push(key, value));
  return entries;
}

export function valuesOf(set: Set<unknown>): unknown[] {
  const values: unknown[] = [];
  Set.prototype.forEach.call(set, (value) => values.push(value));
  return values;
}

export function isDetached(buffer: ArrayBuffer): boolean {
  return buffer.detached;
}

export function isGrowable(buffer: SharedArrayBuffer): boolean {
  return buffer.growable;
}

export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** A copy of what structured clone carries as it is. */
export function cloneOf(value: object): object {
  const copy = clone(value);
  if (Object.getPrototypeOf(copy) === Object.getPrototypeOf(value)) return copy;
  throw new TypeError("it became something else");
}

/** What gives the primitive of a boxed one, by its prototype. */
export const UNBOXING: ReadonlyMap<object, (boxed: object) => unknown> = new Map(
  [Number, String, Boolean, BigInt].map(({ prototype }) => [
    prototype,
    (boxed: object) => (prototype.valueOf as () => unknown).call(boxed),
  ]),
);
