// Below this size cloning a buffer once more is cheaper than moving our copy of it.
export const MOVE_BYTES = 64 * 1024;

const MOVABLE = [MessagePort, ReadableStream, WritableStream, TransformStream];

/** What is in a list and can be in one place only, or is cheaper to move than to copy. */
export function movableIn(value: unknown, found: Transferable[] = []): Transferable[] {
  if (value instanceof ArrayBuffer) {
    if (value.byteLength >= MOVE_BYTES) found.push(value);
  } else if (Array.isArray(value)) {
    for (const item of value) movableIn(item, found);
  } else if (MOVABLE.some((movable) => value instanceof movable)) {
    found.push(value as Transferable);
  }
  return found;
}
