import { checkWord } from "../../channels/vocabulary/checks.ts";
import type { ElementType, ElementValue, ElementViews } from "../vocabulary/element_type.ts";

/** The class of the typed array of each type. */
export const VIEWS = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

const TYPES = Object.keys(VIEWS);

/** @throws {TypeError} when it is not the name of a type. */
export function checkType(doing: string, type: ElementType): void {
  checkWord(doing, "type", type, TYPES);
  // Text in any other form would pass as undefined.
  if (type === undefined) throw new TypeError(`Cannot ${doing}: type is missing`);
}

/** Bytes of one number, which are its alignment too. */
export function byteLengthOf(type: ElementType): number {
  return VIEWS[type].BYTES_PER_ELEMENT;
}

/** Whether numbers of this type are bigints. */
function isBig(type: ElementType): boolean {
  return type === "i64" || type === "u64";
}

/** The typed array over part of a buffer; `length` in elements. */
export function viewOf<T extends ElementType>(
  type: T,
  buffer: SharedArrayBuffer,
  byteOffset: number,
  length: number,
): ElementViews[T] {
  const View = VIEWS[type] as unknown as ElementViewConstructor<T>;
  return new View(buffer, byteOffset, length);
}

type ElementViewConstructor<T extends ElementType> = new (
  buffer: SharedArrayBuffer,
  byteOffset: number,
  length: number,
) => ElementViews[T];

/** The number that new memory of this type holds. */
export function zeroOf<T extends ElementType>(type: T): ElementValue<T> {
  return (isBig(type) ? 0n : 0) as ElementValue<T>;
}

/**
 * @param doing Completes "Cannot ...".
 * @throws {TypeError} when it is no number of the kind that the type takes.
 * @throws {RangeError} when it is not whole, and the type holds integers.
 */
export function checkElement(doing: () => string, type: ElementType, value: unknown): void {
  if (isBig(type)) {
    if (typeof value === "bigint") return;
    const hint = Number.isSafeInteger(value) ? `a bigint: write ${value}n` : "a bigint";
    throw new TypeError(`Cannot ${doing()}: "${type}" takes ${hint}, received ${shown(value)}`);
  }
  if (typeof value !== "number") {
    const hint = typeof value === "bigint" ? `a number: write Number(${value}n)` : "a number";
    throw new TypeError(`Cannot ${doing()}: "${type}" takes ${hint}, received ${shown(value)}`);
  }
  if (type === "f64" || type === "f32" || Number.isInteger(value)) return;
  throw new RangeError(
    `Cannot ${doing()}: "${type}" takes a whole number, received ${shown(value)}`,
  );
}

/** A value as source text, for an error. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

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
