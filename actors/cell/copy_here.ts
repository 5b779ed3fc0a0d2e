import { capture, draftOf } from "../../channels/packing/capture.ts";
import { BY_OTHERS_AS_TEXT, STAYS_HERE } from "../../channels/packing/destination.ts";
import { revive } from "../../channels/message/revival.ts";
import { staysItself } from "../../channels/message/handle.ts";

/** Signals of a message that stays on its thread are in it as they are. */
export const NO_SIGNALS = {
  signal: (): never => {
    throw new TypeError("Cannot receive message: signals stay live on their own thread");
  },
};

/**
 * Copies a message for another actor of this thread: what arrives is the same as on any other thread.
 *
 * @returns The values themselves when there is nothing to copy in them.
 * @throws {TypeError} when a value cannot cross.
 */
export function copyHere(values: unknown[], what: string, root: string): unknown[] {
  // An index is cheaper than an iterator, and this is on the way of every message.
  for (let index = 0; index < values.length; index++) {
    if (!staysAsItIs(values[index])) {
      const { payload, attachments } = capture(values, STAYS_HERE, what, root);
      return revive(payload, { attachments, ...NO_SIGNALS });
    }
  }
  return values;
}

/** Whether a value needs no copy on its own thread. */
export function staysAsItIs(value: unknown): boolean {
  if (typeof value === "object") return value === null || staysItself(value);
  return typeof value !== "function" && typeof value !== "symbol";
}

/** Copies an error for another actor of this thread. */
export function copyErrorHere(error: unknown): unknown {
  try {
    return copyHere([error], "error", "error")[0];
  } catch (refusal) {
    return refusal;
  }
}

/** The error itself when it can cross threads, else the reason why it cannot. */
export function portable(error: unknown): unknown {
  try {
    draftOf([error], BY_OTHERS_AS_TEXT, "error", "error");
    return error;
  } catch (refusal) {
    return refusal;
  }
}
