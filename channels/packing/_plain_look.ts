import { MARK } from "../message/marker.ts";
import { VALUE_UNITS } from "../message/length.ts";
import { isPlainNumber } from "./plain_copy.ts";

const MOST_LEVELS = 256;
// Up to here a linear search beats a Set.
const FEW_OBJECTS = 12;

/** How long the text of a plain value is, see `message/length.ts`: -1 for a value that JSON text does not hold as it is. */
export function plainUnits(value: unknown): number {
  const look = new PlainLook();
  try {
    return look.isPlain(value, 0) ? look.units : -1;
  } catch {
    // A getter has thrown; a capture finds out whether something before it cannot be stored.
    return -1;
  }
}

/** One look at one value; nothing is copied, which would take longer than making its text. */
class PlainLook {
  units = 0;
  readonly #few: object[] = [];
  #all: Set<object> | null = null;

  isPlain(value: unknown, level: number): boolean {
    switch (typeof value) {
      case "string":
        this.units += value.length;
        return true;
      case "boolean":
        return true;
      case "number":
        return isPlainNumber(value);
      case "object":
        return value === null || this.#isPlainObject(value, level);
      default:
        return false;
    }
  }

  #isPlainObject(object: object, level: number): boolean {
    const prototype = Object.getPrototypeOf(object);
    const isArray = prototype === Array.prototype && Array.isArray(object);
    if (!isArray && prototype !== Object.prototype) return false;
    if (level === MOST_LEVELS || !this.#isNew(object)) return false;
    return isArray
      ? this.#arePlain(object as unknown[], level + 1)
      : this.#isPlainRecord(object as Record<string, unknown>, level + 1);
  }

  #arePlain(array: readonly unknown[], level: number): boolean {
    this.units += array.length * VALUE_UNITS;
    for (let index = 0; index < array.length; index++) {
      if (!this.isPlain(array[index], level)) return false;
    }
    return true;
  }

  #isPlainRecord(record: Record<string, unknown>, level: number): boolean {
    for (const key in record) {
      this.units += key.length + VALUE_UNITS;
      if (key === MARK || !this.isPlain(record[key], level)) return false;
    }
    return true;
  }

  #isNew(object: object): boolean {
    if (this.#all !== null) {
      const { size } = this.#all;
      return this.#all.add(object).size > size;
    }
    if (this.#few.includes(object)) return false;
    if (this.#few.push(object) > FEW_OBJECTS) this.#all = new Set(this.#few);
    return true;
  }
}
