import { Refusal } from "./_refusal.ts";

/** What only some messages have; made when needed, because most have nothing of it. */
export class Extras {
  readonly attachments: unknown[] = [];
  readonly signals: AbortSignal[] = [];
  readonly moved = new Set<Transferable>();
  /** Errors and instances whose own data is being captured, outermost first. */
  readonly open: object[] = [];
}

// Below this size cloning a buffer once more is cheaper than moving our copy of it.
const MOVE_BYTES = 64 * 1024;

/**
 * Moves what is given away and copies the other buffers, once nothing else in the message can be refused.
 *
 * Moving here, not when the message is posted, is what detaches the sender's object at the call, and lets one that
 * cannot be moved refuse its own message instead of spoiling a whole batch.
 *
 * @returns The attachments that `postMessage` is to move.
 * @throws {Refusal} when something cannot be moved; then nothing was.
 */
export function settleBuffers({ attachments, moved }: Extras): Transferable[] {
  const own = moveAll([...moved]);
  const transfers = new Set<Transferable>();
  for (const [index, value] of attachments.entries()) {
    const isMoved = moved.has(value as Transferable);
    if (!isMoved && !(value instanceof ArrayBuffer)) continue;
    let settled = own.get(value);
    // The same buffer can be attached twice, by parts of a message that are packed by themselves.
    if (settled === undefined) own.set(value, settled = copyBuffer(value as ArrayBuffer));
    attachments[index] = settled;
    const isLarge = settled instanceof ArrayBuffer && settled.byteLength >= MOVE_BYTES;
    if (isMoved || isLarge) transfers.add(settled);
  }
  return [...transfers];
}

/** All or none: what `structuredClone` refuses, it refuses before it moves anything. */
function moveAll(moved: Transferable[]): Map<unknown, Transferable> {
  if (moved.length === 0) return new Map();
  const [first] = moved;
  try {
    // A buffer alone is the usual case, and moves ten times faster this way.
    if (moved.length === 1 && first instanceof ArrayBuffer) {
      return new Map([[first, first.transfer()]]);
    }
    const own = structuredClone(moved, { transfer: moved });
    return new Map(moved.map((value, index) => [value, own[index]!]));
  } catch (error) {
    throw new Refusal(`holds something that cannot be moved: ${(error as Error).message}`);
  }
}

function copyBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (!buffer.resizable) return buffer.slice(0);
  const copy = new ArrayBuffer(buffer.byteLength, { maxByteLength: buffer.maxByteLength });
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}
