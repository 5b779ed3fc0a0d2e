import { type Part, Scratch, toBytes } from "../message/bytes.ts";
import { isTooLong, tooLong } from "../message/length.ts";
import { MARK, type Payload } from "../message/marker.ts";
import { type Stored, STORED_FORMAT, WHOLE, type Whole } from "../message/stored.ts";
import { jsonOf } from "../vocabulary/kept.ts";
import { CaptureWalk } from "./_capture_walk.ts";
import { TO_STORE } from "./destination.ts";
import { moveBuffers } from "./moving.ts";
import { plainUnits } from "./_plain_look.ts";
import { errorOf, noStep } from "./_refusal.ts";

const MOST_BYTES = 2 ** 31 - 1;
// Larger memory is not kept for the next value.
const KEPT_BYTES = 2 ** 20;

let scratch = new Scratch();

/**
 * A value as a store keeps it, see {@linkcode Stored}. The same value always gives the same text or bytes.
 *
 * Stacks of errors are left out. Buffers that `transfer()` marks are detached.
 *
 * @param what What is stored, for the error: "state", "message".
 * @param root What the value is called in the error's path; `args` for a list of arguments.
 * @throws {TypeError} when it cannot be stored; nothing was changed then, no buffer moved.
 * @throws {RangeError} when it is too large; the same.
 */
export function encodeStored(value: unknown, what: string, root: string): Stored {
  const units = plainUnits(value);
  if (units >= 0) return plainText(value, units, what, root);
  try {
    const { payload, units, extras } = new CaptureWalk(TO_STORE).run([value], noStep);
    if (isTooLong(payload, units)) throw tooLong("store", what, root);
    const attachments = extras === null ? [] : extras.attachments as ArrayBuffer[];
    const text = jsonOf(wholeOf(payload, attachments));
    if (extras === null || attachments.length === 0) return text;
    checkBytes(text, attachments, what, root);
    moveBuffers(extras);
    return bytesOf([text, ...attachments]);
  } catch (error) {
    throw errorOf(error, what, root, "store");
  }
}

function plainText(value: unknown, units: number, what: string, root: string): string {
  if (isTooLong([value], units)) throw tooLong("store", what, root);
  return jsonOf(value);
}

/** One value with all that belongs to it. */
function wholeOf(payload: Payload, attachments: readonly ArrayBuffer[]): unknown {
  const { values: [value], deep = [] } = Array.isArray(payload) ? { values: payload } : payload;
  const rooms = attachments.flatMap(({ resizable, maxByteLength }, index) =>
    resizable ? [[index, maxByteLength] as const] : []
  );
  if (deep.length === 0 && rooms.length === 0) return value;
  const whole: Whole = [WHOLE, value, deep, rooms];
  return { [MARK]: whole };
}

function checkBytes(text: string, buffers: readonly ArrayBuffer[], what: string, root: string) {
  const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 3 * text.length);
  if (bytes <= MOST_BYTES) return;
  throw new RangeError(
    `Cannot store ${what}: ${root} is too large: it has more than ${MOST_BYTES} bytes: store it in parts`,
  );
}

function bytesOf(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const end = toBytes(parts, scratch, 1);
  scratch.bytes[0] = STORED_FORMAT;
  const bytes = scratch.bytes.slice(0, end);
  if (scratch.bytes.length > KEPT_BYTES) scratch = new Scratch();
  return bytes;
}
