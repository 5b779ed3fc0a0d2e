/**
 * What delivery needs of the platform, as it was when this module was loaded: what a program puts in its place later
 * (fake timers, a polyfill, a patch) changes nothing. Time limits are not among it: they follow the clock that a test
 * may have replaced.
 *
 * @module
 */

const { parse, stringify } = JSON;

/** Reads JSON text. */
export const readJson: (text: string) => unknown = parse;

/**
 * JSON text of plain data: arrays, plain objects, and values that JSON has.
 *
 * @throws {RangeError} when it would be longer than a text can be.
 */
export function jsonOf(value: unknown): string {
  // `JSON.stringify` would call a `toJSON` that was added to the prototype of all objects, or of all arrays.
  return "toJSON" in Array.prototype ? slowJsonOf(value) : stringify(value);
}

function slowJsonOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${Array.from(value, slowJsonOf)}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([key, field]) => `${stringify(key)}:${slowJsonOf(field)}`)}}`;
}

/** See `queueMicrotask`. */
export const soon: typeof queueMicrotask = queueMicrotask;

/** See `structuredClone`. */
export const clone: typeof structuredClone = structuredClone;

const { setImmediate: immediately } = globalThis;

/** Calls back after timers and I/O have had their turn. */
export function yieldTo(callback: () => void): void {
  immediately(callback);
}

const { performance: watch } = globalThis;
const { now } = watch;

/** Milliseconds, for loops that only look: a clock that stands still would never let them end. */
export function realNow(): number {
  return now.call(watch);
}
