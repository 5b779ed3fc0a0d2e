import { capture, draftOf } from "../../channels/packing/capture.ts";
import {
  BY_OTHERS_AS_TEXT,
  type Destination,
  STAYS_HERE,
} from "../../channels/packing/destination.ts";
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
 * @param destination What it may hold: another one than `STAYS_HERE` for what may leave the process another time.
 * @returns The values themselves when there is nothing to copy in them.
 * @throws {TypeError} when a value cannot cross.
 */
export function copyHere(
  values: unknown[],
  what: string,
  root: string,
  destination: Destination = STAYS_HERE,
): unknown[] {
  // An index is cheaper than an iterator, and this is on the way of every message.
  for (let index = 0; index < values.length; index++) {
    if (!staysAsItIs(values[index], destination)) {
      const { payload, attachments } = capture(values, destination, what, root);
      return revive(payload, { attachments, ...NO_SIGNALS });
    }
  }
  return values;
}

/** Whether a value needs no copy on its own thread; one that may leave the process is looked at closer. */
export function staysAsItIs(value: unknown, destination: Destination = STAYS_HERE): boolean {
  if (typeof value === "object") {
    return value === null || staysItself(value) && destination.reach === "process";
  }
  return typeof value !== "function" && typeof value !== "symbol";
}

/** Copies an error for another actor of this thread. */
export function copyErrorHere(error: unknown, destination: Destination = STAYS_HERE): unknown {
  try {
    return copyHere([error], "error", "error", destination)[0];
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
