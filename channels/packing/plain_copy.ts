import { staysItself } from "../message/handle.ts";
import { VALUE_UNITS } from "../message/length.ts";
import { seemsManyNumbers } from "../message/numbers.ts";
import type { Destination } from "./destination.ts";
import { isRecord, type Shape } from "../message/rows.ts";

// Enough for most messages; the others take the long way.
const MOST_OBJECTS = 8;
const MOST_LEVELS = 4;
// Arrays beyond grow as they are filled.
const MOST_ITEMS = 1024;
/** From here on structured clone is cheaper than escaping the text twice. */
export const LONG_TEXT = 32 * 1024;

const NOT_PLAIN = Symbol();
const met: (object | null)[] = new Array(MOST_OBJECTS).fill(null);
let count = 0;
let isBusy = false;
let units = 0;
let isHere = false;
/** Whether handles stay themselves, too. */
let keepsHandles = false;
/** Whether the copies become JSON text, which leaves symbol keys out. */
let isText = false;

/** How long the text of the last copy may be, see `message/length.ts`; not counted for one that stays here. */
export function copiedUnits(): number {
  return units;
}

/**
 * Copies a message that is small and plain: scalars that JSON has, plain objects, arrays without holes, no object
 * twice. Gives `null` for any other, with nothing changed: the `CaptureWalk` is for those.
 *
 * It is the same walk without what most messages do not need, and takes a third of the time.
 *
 * @param destination Where the message stays on this thread all scalars are plain, and in one that stays in the process
 * handles, as themselves.
 */
export function copyPlain(values: readonly unknown[], destination: Destination): unknown[] | null {
  // A getter that sends a message itself.
  if (isBusy) return null;
  isBusy = true;
  isHere = destination.stays;
  keepsHandles = isHere && destination.reach === "process";
  isText = destination.isText;
  units = 0;
  try {
    const copies = copyArray(values, 0);
    return copies === NOT_PLAIN ? null : copies as unknown[];
  } catch {
    // A getter has thrown; the long way finds out whether something before it cannot cross.
    return null;
  } finally {
    for (; count > 0; count--) met[count - 1] = null;
    isBusy = false;
  }
}

/**
 * Copies the values of a message that is small and plain, and of this shape: those of its records one by one. Gives
 * `null` for any other.
 */
export function copyRow(values: readonly unknown[], shape: Shape): unknown[] | null {
  if (isBusy || values.length !== shape.length) return null;
  isBusy = true;
  isHere = false;
  keepsHandles = false;
  isText = true;
  units = 0;
  try {
    const row: unknown[] = [];
    for (let index = 0; index < values.length; index++) {
      const keys = shape[index]!;
      const value = values[index];
      if (keys !== null) {
        if (!addValues(row, value, keys)) return null;
      } else {
        const item = isRecord(value) ? NOT_PLAIN : copy(value, 0);
        if (item === NOT_PLAIN) return null;
        row.push(item);
      }
    }
    return row;
  } catch {
    return null;
  } finally {
    for (; count > 0; count--) met[count - 1] = null;
    isBusy = false;
  }
}

function addValues(row: unknown[], record: unknown, keys: readonly string[]): boolean {
  if (typeof record !== "object" || record === null) return false;
  if (count === MOST_OBJECTS || met.includes(record)) return false;
  if (Object.getPrototypeOf(record) !== Object.prototype) return false;
  met[count++] = record;
  let index = 0;
  for (const key in record) {
    if (key !== keys[index++]) return false;
    units += VALUE_UNITS;
    const item = copy((record as Record<string, unknown>)[key], 1);
    if (item === NOT_PLAIN) return false;
    row.push(item);
  }
  return index === keys.length;
}

function copy(value: unknown, level: number): unknown {
  switch (typeof value) {
    case "string":
      if (isHere) return value;
      units += value.length;
      return value.length < LONG_TEXT ? value : NOT_PLAIN;
    case "boolean":
      return value;
    case "number":
      return isPlainNumber(value) || isHere ? value : NOT_PLAIN;
    case "object":
      return value === null ? null : copyObject(value, level);
    case "undefined":
    case "bigint":
      return isHere ? value : NOT_PLAIN;
    default:
      return NOT_PLAIN;
  }
}

/** Whether JSON text holds the number as it is: not for `NaN`, the infinities and -0. */
export function isPlainNumber(value: number): boolean {
  // The difference is 0 for finite numbers only.
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

function copyObject(value: object, level: number): unknown {
  const prototype = Object.getPrototypeOf(value);
  const isArray = prototype === Array.prototype && Array.isArray(value);
  if (!isArray && prototype !== Object.prototype) {
    return keepsHandles && staysItself(value) ? value : NOT_PLAIN;
  }
  if (level === MOST_LEVELS || count === MOST_OBJECTS) return NOT_PLAIN;
  for (let index = 0; index < count; index++) {
    if (met[index] === value) return NOT_PLAIN;
  }
  met[count++] = value;
  return isArray
    ? copyArray(value as unknown[], level + 1)
    : copyRecord(value as Record<string, unknown>, level + 1);
}

function copyArray(array: readonly unknown[], level: number): unknown {
  if (seemsManyNumbers(array)) return NOT_PLAIN;
  if (!isHere) units += array.length * VALUE_UNITS;
  // Made in its length, which is faster to fill, but for one that may be all holes.
  const copies: unknown[] = new Array(Math.min(array.length, MOST_ITEMS));
  for (let index = 0; index < array.length; index++) {
    const value = array[index];
    if (value === undefined && !(index in array)) return NOT_PLAIN;
    const item = copy(value, level);
    if (item === NOT_PLAIN) return NOT_PLAIN;
    copies[index] = item;
  }
  // A getter may have made it shorter.
  return array.length < copies.length ? NOT_PLAIN : copies;
}

function copyRecord(record: Record<string, unknown>, level: number): unknown {
  // V8 makes such a copy several times faster than one that grows key by key. It can have any keys: `__proto__` is its
  // own, and nobody looks for markers in a plain message.
  const copies = { ...record };
  // Symbol keys do not cross.
  if (!isText && Object.getOwnPropertySymbols(copies).length > 0) return NOT_PLAIN;
  for (const key in copies) {
    if (!isHere) units += key.length + VALUE_UNITS;
    const value = copies[key];
    const item = copy(value, level);
    if (item === NOT_PLAIN) return NOT_PLAIN;
    if (typeof value === "object") copies[key] = item;
  }
  return copies;
}
