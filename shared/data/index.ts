import { shown } from "./elements.ts";

/** @throws {RangeError} when it is not the index of an element. */
export function checkIndex(doing: string, what: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new RangeError(
    `Cannot ${doing} element of ${what}: index must be from 0 to ${length - 1}, ` +
      `received ${shown(index)}`,
  );
}

/**
 * The index that a position means, which is counted from the end when it is negative.
 *
 * @throws {RangeError} when there is no element.
 */
export function indexFrom(doing: string, what: string, position: number, length: number): number {
  const index = position < 0 ? position + length : position;
  if (Number.isInteger(index) && index >= 0 && index < length) return index;
  throw new RangeError(
    `Cannot ${doing} element of ${what}: index must be from ${-length} to ${length - 1}, ` +
      `received ${shown(position)}`,
  );
}
