/**
 * What does not cross by content: handles and signals, which stay live, and what is given away.
 *
 * @module
 */
import { moduleOf } from "../thread/own_modules.ts";
import { HANDLE, type Handle, type HandleToken, HERE, relayOf } from "../message/handle.ts";
import { checkGiven, portableToken } from "./_portable.ts";
import { inside, isAborted } from "./_inside.ts";
import { reasonStep, Refusal } from "./_refusal.ts";
import { checkTransferable } from "./_transferable.ts";
import type { Transfer } from "./_transfer_mark.ts";
import type { Walk } from "./_walk.ts";

/** Captures a value that crosses by identity. */
export function captureHandle(walk: Walk, handle: Handle): unknown {
  try {
    const { stays, reach } = walk.destination;
    const portable = reach === "process" ? null : portableToken(handle, reach);
    if (!stays) return token(walk, portable ?? handle[HANDLE](walk));
    const index = HERE in handle ? handle[HERE]!(walk) : walk.attach(handle);
    return walk.mark(["attachment", index, true]);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal((error as Error).message);
  }
}

function token(walk: Walk, token: HandleToken): unknown {
  const module = moduleOf(token[0]);
  if (module !== undefined) walk.extras.modules.add(module);
  return walk.mark(["handle", token]);
}

/** Captures a signal, whose abort is passed on later if it has not come yet. */
export function captureSignal(walk: Walk, signal: AbortSignal): unknown {
  if (inside(signal, isAborted)) {
    return walk.mark(["signal", -1, walk.list([signal.reason], reasonStep)]);
  }
  const { stays, passesAborts, reach } = walk.destination;
  if (reach === "store") throw new Refusal("is an AbortSignal: it cannot be stored");
  if (stays) return walk.mark(["attachment", walk.attach(signal), true]);
  if (!passesAborts) return walk.mark(["handle", ["signal", walk.move(relayOf(signal))]]);
  return walk.mark(["signal", walk.extras.signals.push(signal) - 1, null]);
}

/** Captures what `transfer()` marked: its buffers leave when the message is accepted. */
export function captureTransfer(walk: Walk, { value, buffers }: Transfer): unknown {
  const { moved } = walk.extras;
  const { reach } = walk.destination;
  for (const buffer of buffers) {
    checkGiven(buffer, reach);
    checkTransferable(buffer);
    moved.add(buffer);
  }
  const copy = walk.value(value);
  const { refusal } = walk.destination;
  if (refusal === null || buffers.length === 0) return copy;
  const movesBuffer = buffers.some((each) => each instanceof ArrayBuffer);
  throw new Refusal(movesBuffer ? "moves a buffer: bytes are copied, send it as it is" : refusal);
}
