/**
 * How long a view is. Over a buffer whose length can change a view either has a length of its own or follows that of the
 * buffer, and nothing says which: it has to be tried out.
 *
 * @module
 */
import { clone } from "../vocabulary/kept.ts";
import { Refusal } from "./_refusal.ts";

/**
 * Length of a view in elements, in bytes for a `DataView`; -1 for one that follows the length of its buffer.
 *
 * @throws {Refusal} when it has none, or none that can be known.
 */
export function lengthOf(view: ArrayBufferView): number {
  const { buffer } = view;
  if (buffer instanceof ArrayBuffer) {
    if (buffer.resizable && followsResizable(view, buffer)) return -1;
  } else if ((buffer as SharedArrayBuffer).growable) {
    if (followsGrowable(view, buffer as SharedArrayBuffer)) return -1;
  }
  return view instanceof DataView ? view.byteLength : (view as Uint8Array).length;
}

function followsResizable(view: ArrayBufferView, buffer: ArrayBuffer): boolean {
  if (isOutside(view)) throw new Refusal("is a view beyond the end of its buffer");
  if (!reachesEnd(view)) return false;
  try {
    return view.byteLength > 0 ? shrinks(view, buffer) : grows(view, buffer);
  } catch {
    // The memory of WebAssembly cannot shrink; a copy of it can.
    const copy = clone(view);
    return shrinks(copy, copy.buffer as ArrayBuffer);
  }
}

/** Makes the buffer so much shorter for a moment that a view with a length of its own is out of it. */
function shrinks(view: ArrayBufferView, buffer: ArrayBuffer): boolean {
  const { byteLength } = buffer;
  const end = view.byteOffset + view.byteLength - 1;
  const cut = new Uint8Array(buffer, end).slice();
  buffer.resize(end);
  const isFollowing = !isOutside(view);
  buffer.resize(byteLength);
  new Uint8Array(buffer, end).set(cut);
  return isFollowing;
}

/** The same for an empty view: makes the buffer longer. */
function grows(view: ArrayBufferView, buffer: ArrayBuffer): boolean {
  const { byteLength, maxByteLength } = buffer;
  const longer = byteLength + widthOf(view);
  // A view that can never have an element stays empty.
  if (longer > maxByteLength) return false;
  buffer.resize(longer);
  const isFollowing = view.byteLength > 0;
  buffer.resize(byteLength);
  return isFollowing;
}

/** Shared memory cannot be made longer for a moment. But a view that follows cannot be sealed, and its parts follow. */
function followsGrowable(view: ArrayBufferView, buffer: SharedArrayBuffer): boolean {
  if (!reachesEnd(view) || buffer.byteLength === buffer.maxByteLength) return false;
  if (view instanceof DataView) {
    throw new Refusal(
      "is a DataView up to the end of a growable SharedArrayBuffer, which may follow its length or not: " +
        "send the buffer or a typed array",
    );
  }
  return !Reflect.preventExtensions((view as Uint8Array).subarray(0));
}

/** Whether its buffer has become too short for a view. */
function isOutside(view: ArrayBufferView): boolean {
  try {
    if (view instanceof DataView) void view.byteLength;
    else (view as Uint8Array).at(0);
    return false;
  } catch {
    return true;
  }
}

/** Whether a view ends where its buffer does; one that follows leaves less than an element. */
function reachesEnd(view: ArrayBufferView): boolean {
  return view.buffer.byteLength - view.byteOffset - view.byteLength < widthOf(view);
}

function widthOf(view: ArrayBufferView): number {
  return view instanceof DataView ? 1 : (view as Uint8Array).BYTES_PER_ELEMENT;
}
