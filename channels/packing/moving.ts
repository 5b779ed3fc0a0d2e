import { thread } from "../thread/thread.ts";
import type { Extras } from "./_extras.ts";
import type { Movable } from "../message/handle.ts";
import { MOVE_BYTES } from "../message/movable.ts";
import { Refusal } from "./_refusal.ts";
import { checkTransferable } from "./_transferable.ts";

const WASM_PAGE = 64 * 1024;

/**
 * Copies the buffers that are not given away, so that nothing that is written to them afterwards is sent.
 *
 * @throws {Refusal} when a getter has changed one since it was met.
 */
export function copyBuffers({ attachments, moved, own, sizes }: Extras): void {
  checkSizes(sizes);
  const copies = new Map<unknown, ArrayBuffer>();
  for (const [index, value] of attachments.entries()) {
    if (!(value instanceof ArrayBuffer) || moved.has(value) || own.has(value)) continue;
    // The same buffer can be attached twice, by parts of a message that are packed by themselves.
    let copy = copies.get(value);
    if (copy === undefined) copies.set(value, copy = copyBuffer(value));
    attachments[index] = copy;
  }
}

/**
 * Moves what is given away, once nothing else in the message can be refused.
 *
 * Moving here, not when the message is posted, is what detaches the sender's object, and lets one that cannot be
 * moved refuse its own message instead of spoiling a whole batch.
 *
 * @returns The attachments that `postMessage` is to move.
 * @throws {Refusal} when something cannot be moved; then nothing was.
 */
export function moveBuffers({ attachments, moved, movables, sizes }: Extras): Transferable[] {
  for (const thing of movables.values()) checkMovable(thing);
  if (moved.size > 0) checkSizes(sizes);
  const own = moveAll([...moved]);
  const transfers = new Set<Transferable>();
  for (const [index, value] of attachments.entries()) {
    const settled = own.get(value);
    if (settled !== undefined) attachments[index] = settled;
    const isLarge = value instanceof ArrayBuffer && value.byteLength >= MOVE_BYTES;
    if (settled !== undefined || isLarge) transfers.add(attachments[index] as Transferable);
  }
  for (const [index, thing] of movables) {
    const { value, transfers: own } = thing.move();
    attachments[index] = value;
    for (const each of own) transfers.add(each);
  }
  return [...transfers];
}

function checkMovable(thing: Movable): void {
  try {
    thing.check();
  } catch (error) {
    throw new Refusal((error as Error).message);
  }
}

function checkSizes(sizes: ReadonlyMap<ArrayBuffer, number>): void {
  for (const [buffer, size] of sizes) {
    if (buffer.byteLength !== size) {
      throw new Refusal("holds a resizable ArrayBuffer whose length was changed meanwhile");
    }
  }
}

/**
 * All or nothing. `structuredClone` moves all of a list of buffers or none, but with something else in the list it
 * detaches them before it refuses that. So they are moved by themselves, after the others.
 */
function moveAll(moved: Transferable[]): Map<unknown, Transferable> {
  if (moved.length === 0) return new Map();
  const [first] = moved;
  try {
    // A buffer alone is the usual case, and moves ten times faster this way.
    if (moved.length === 1 && first instanceof ArrayBuffer) {
      return new Map([[first, first.transfer()]]);
    }
    const buffers = moved.filter((each) => each instanceof ArrayBuffer);
    if (buffers.length === moved.length) return moveList(buffers);
    buffers.forEach(checkDetachable);
    const others = moved.filter((each) => !(each instanceof ArrayBuffer));
    // Once more: the message may have waited since it was captured.
    others.forEach(checkTransferable);
    return new Map([...moveList(others), ...moveList(buffers)]);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`holds something that cannot be moved: ${(error as Error).message}`);
  }
}

function moveList(list: Transferable[]): Map<unknown, Transferable> {
  const own = thread().platform.ports.move(list);
  return new Map(list.map((value, index) => [value, own[index]!]));
}

/** @throws {TypeError} when the buffer cannot be moved; it stays as it is in any case. */
function checkDetachable(buffer: ArrayBuffer): void {
  // Only the memory of WebAssembly cannot be moved, and it has whole pages. The check makes V8 collect garbage.
  if (buffer.byteLength % WASM_PAGE !== 0) return;
  try {
    // Nothing is that long: this is refused too, but after everything else.
    buffer.transfer(Number.MAX_SAFE_INTEGER);
  } catch (error) {
    if (error instanceof TypeError) throw error;
  }
}

function copyBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (buffer.detached) throw new Refusal("holds an ArrayBuffer that was detached meanwhile");
  if (!buffer.resizable) return buffer.slice(0);
  const copy = new ArrayBuffer(buffer.byteLength, { maxByteLength: buffer.maxByteLength });
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}
