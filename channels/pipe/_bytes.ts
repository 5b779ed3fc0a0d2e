import { checkCount, shown } from "../vocabulary/checks.ts";
import type { ReceiveIntoOptions, SendBytesOptions } from "./byte_options.ts";

/** All bytes of a buffer or a view. */
function bytesOf(
  doing: string,
  name: string,
  bytes: ArrayBufferLike | ArrayBufferView,
): Uint8Array {
  if (ArrayBuffer.isView(bytes)) {
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  // A number would be taken for a length, a list copied.
  if (bytes instanceof ArrayBuffer || bytes instanceof SharedArrayBuffer) {
    return new Uint8Array(bytes);
  }
  throw new TypeError(
    `Cannot ${doing}: ${name} must be an ArrayBuffer, a SharedArrayBuffer or a view of one, ` +
      `received ${shown(bytes)}`,
  );
}

/** A copy of the part to be sent, so that the rest of its buffer does not travel. */
export function partOf(
  bytes: ArrayBufferLike | ArrayBufferView,
  { byteOffset = 0, byteLength }: SendBytesOptions,
): Uint8Array {
  const doing = "send bytes";
  const all = bytesOf(doing, "bytes", bytes);
  checkCount(doing, "byteOffset", byteOffset, 0);
  checkCount(doing, "byteLength", byteLength, 0);
  const end = byteOffset + (byteLength ?? Math.max(0, all.length - byteOffset));
  if (end <= all.length && byteOffset <= all.length) return all.slice(byteOffset, end);
  throw new RangeError(
    `Cannot ${doing}: bytes ${byteOffset} to ${end} are not within ${all.length} bytes`,
  );
}

/** The part of a target that bytes are received into. */
export function roomIn(
  target: ArrayBufferLike | ArrayBufferView,
  { byteOffset = 0 }: ReceiveIntoOptions,
): Uint8Array {
  const all = bytesOf("receive bytes", "target", target);
  checkCount("receive bytes", "byteOffset", byteOffset, 0);
  if (byteOffset <= all.length) return all.subarray(byteOffset);
  throw new RangeError(
    `Cannot receive bytes: byteOffset must be <= ${all.length}, received ${byteOffset}`,
  );
}

/** @throws {Error} when an item is not bytes, or more than there is room for. */
export function checkFits(value: unknown, room: Uint8Array): void {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError("Cannot receive bytes: the next item is not bytes");
  }
  if (value.byteLength <= room.byteLength) return;
  throw new RangeError(
    `Cannot receive bytes: ${value.byteLength} bytes do not fit into ${room.byteLength}`,
  );
}
