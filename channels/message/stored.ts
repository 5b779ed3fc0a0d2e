/**
 * Values as a store keeps them: JSON text, in which markers stand for what JSON lacks, or bytes when there are buffers.
 *
 * | byte 0                | then                                                                          |
 * | --------------------- | ----------------------------------------------------------------------------- |
 * | 1: format of the rest | the text, then each buffer that it names by index: parts as in `bytes.ts`     |
 *
 * @module
 */
import { checkCame, isCount } from "../vocabulary/malformed.ts";
import { readJson } from "../vocabulary/kept.ts";
import { fromBytes, type Part } from "./bytes.ts";
import type { HandleReviver } from "./handle.ts";
import { MARK } from "./marker.ts";
import { contextOf, revive } from "./revival.ts";

/** A value as a store keeps it: JSON text where that can hold it, else bytes. */
export type Stored = string | Uint8Array<ArrayBuffer>;

/** Version of the form of bytes, their first one. */
export const STORED_FORMAT = 1;

/** Kind of a marker of a whole value. */
export const WHOLE = "whole";

/** A value with what is beside it, where there is something. */
export type Whole = readonly [
  kind: typeof WHOLE,
  value: unknown,
  /** What the depth limit cut off. */
  deep: unknown[],
  /** Which buffers are resizable. */
  rooms: (readonly [index: number, maxByteLength: number])[],
];

// An object with this key is a marker; a text that ends so does no harm.
const SIGN = `${MARK}"`;

/**
 * The value again, as `encodeStored()` was given it. What is in the text may come from anybody: it is data and nothing
 * else.
 *
 * @param handles What brings back the handles that may be in it, by tag; all others are refused.
 * @throws {TypeError} when it is no value that was stored; when a class is not known in this thread.
 */
export function decodeStored(
  stored: Stored,
  handles: ReadonlyMap<string, HandleReviver>,
): unknown {
  try {
    if (typeof stored === "string") return valueOf(stored, [], handles);
    checkCame(stored[0] === STORED_FORMAT, "format");
    const [text, ...buffers] = fromBytes(stored.subarray(1));
    checkCame(typeof text === "string", "text");
    return valueOf(text, buffers, handles);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const why = reason.replace("Cannot receive message: ", "");
    throw new TypeError(`Cannot read what is stored: ${why}`, { cause: error });
  }
}

/** Whether two values are stored in the same way, as equal ones are. */
export function isSameStored(one: Stored | null, other: Stored | null): boolean {
  if (one === other) return true;
  if (!(one instanceof Uint8Array && other instanceof Uint8Array)) return false;
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function valueOf(
  text: string,
  buffers: Part[],
  handles: ReadonlyMap<string, HandleReviver>,
): unknown {
  const value = readJson(text);
  if (!text.includes(SIGN)) return value;
  const [, inner, deep, rooms] = wholeIn(value) ?? [WHOLE, value, [], []];
  makeRoom(buffers, rooms);
  return revive({ values: [inner], deep }, { ...contextOf(buffers), handles })[0];
}

function wholeIn(value: unknown): Whole | null {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, MARK)) return null;
  const whole = (value as Record<string, unknown>)[MARK];
  return Array.isArray(whole) && whole[0] === WHOLE ? whole as unknown as Whole : null;
}

/** Makes buffers resizable again. */
function makeRoom(buffers: Part[], rooms: Whole[3]): void {
  checkCame(Array.isArray(rooms), "list of resizable buffers");
  for (const room of rooms) {
    const [index, maxByteLength] = Array.isArray(room) ? room : [];
    checkCame(isCount(index) && isCount(maxByteLength), "resizable buffer");
    const fixed = buffers[index];
    checkCame(fixed instanceof ArrayBuffer && !fixed.resizable, "resizable buffer");
    const buffer = new ArrayBuffer(fixed.byteLength, { maxByteLength });
    new Uint8Array(buffer).set(new Uint8Array(fixed));
    buffers[index] = buffer;
  }
}
