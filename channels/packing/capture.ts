import { CaptureWalk } from "./_capture_walk.ts";
import type { EncodedPayload } from "../message/marker.ts";
import type { Destination } from "./destination.ts";
import { type Packet, plainPacket } from "../message/packet.ts";
import type { Draft } from "./draft.ts";
import { checkLength } from "../message/length.ts";
import { copiedUnits, copyPlain } from "./plain_copy.ts";
import { errorOf, indexStep, noStep } from "./_refusal.ts";
import { moveBuffers } from "./moving.ts";

/**
 * Captures values for sending: copies plain data, replaces by markers what JSON lacks, refuses the rest by path.
 *
 * @param what What is sent, for the error: "message", "reply".
 * @param root What the values are called in the error's path.
 * @throws {TypeError} when a value cannot cross; nothing was changed then, no buffer moved.
 * @throws {RangeError} when it is too large; the same.
 */
export function capture(
  values: readonly unknown[],
  destination: Destination,
  what: string,
  root: string,
): Packet {
  const plain = copyPlain(values, destination);
  if (plain !== null) {
    const units = copiedUnits();
    if (!destination.stays) checkLength(plain, units, what, root);
    return plainPacket(plain, units);
  }
  return settle(walk(values, destination, what, root), what, root);
}

/** Captures the reason of an abort; one that cannot cross is replaced by its refusal, so that the abort arrives. */
export function captureReason(reason: unknown, destination: Destination): Packet {
  try {
    return capture([reason], destination, "abort", "reason");
  } catch (error) {
    return capture([error], destination, "abort", "reason");
  }
}

/**
 * Captures values as {@linkcode capture} does, for a message that may have to wait: what it gives away stays here until
 * {@linkcode settle}.
 */
export function draftOf(
  values: readonly unknown[],
  destination: Destination,
  what: string,
  root: string,
): Draft {
  const plain = copyPlain(values, destination);
  if (plain === null) return walk(values, destination, what, root);
  const units = copiedUnits();
  if (!destination.stays) checkLength(plain, units, what, root);
  return { payload: plain, units, extras: null };
}

/**
 * Accepts a message: what it gives away leaves now.
 *
 * @throws {TypeError} when something cannot leave; nothing did then.
 */
export function settle({ payload, units, extras }: Draft, what: string, root: string): Packet {
  if (extras === null) return plainPacket(payload, units);
  try {
    const { attachments, signals, modules, movables } = extras;
    if (modules.size > 0) (payload as EncodedPayload).modules = [...modules];
    const packet = { payload, attachments, transfers: moveBuffers(extras), signals, units };
    if (movables.size === 0) return packet;
    return { ...packet, renewable: new Map([...movables].filter(([, thing]) => thing.again)) };
  } catch (error) {
    throw errorOf(error, what, root);
  }
}

function walk(
  values: readonly unknown[],
  destination: Destination,
  what: string,
  root: string,
): Draft {
  // Arguments are a list; every other root is the one value in it.
  const rootStep = root === "args" ? indexStep : noStep;
  try {
    const draft = new CaptureWalk(destination).run(values, rootStep);
    if (!destination.stays) checkLength(draft.payload, draft.units, what, root);
    return draft;
  } catch (error) {
    throw errorOf(error, what, root);
  }
}
