import { loadModules } from "../thread/own_modules.ts";
import { itemOf, reviveItems } from "../message/abandon.ts";
import { capture } from "./capture.ts";
import { BY_OTHERS } from "./destination.ts";
import type { EncodedPayload, Payload } from "../message/marker.ts";

/** What {@linkcode pack} gives: the arguments of a `postMessage`. */
export interface Packed {
  /** What to post; structured clone carries it. */
  readonly message: PackedMessage;
  /** What goes with it by moving. */
  readonly transfer: Transferable[];
}

/** A packed value, for {@linkcode unpack} on the other side. */
export interface PackedMessage {
  /** Says what it is. */
  readonly troupe: "packed";
  /** The value. */
  readonly payload: unknown;
  /** What is beside it. */
  readonly attachments: unknown[];
}

/**
 * What `pack()` does, for several values; see {@linkcode capture} for what the error says.
 *
 * @throws {TypeError} when one cannot cross; nothing was moved then.
 */
export function packValues(values: readonly unknown[], what: string, root: string): Packed {
  const { payload, attachments, transfers } = capture(values, BY_OTHERS, what, root);
  return { message: { troupe: "packed", payload, attachments }, transfer: transfers };
}

const unpacked = new WeakSet<PackedMessage>();

/** What `unpack()` does, for all values that were packed. */
export function unpackValues(message: unknown, keepsInstances: boolean): unknown[] {
  if (!isPacked(message)) throw new TypeError("Cannot unpack: it is not a message of pack()");
  if (unpacked.has(message)) throw new TypeError("Cannot unpack: it was unpacked before");
  unpacked.add(message);
  const item = itemOf(message.payload as Payload, message.attachments);
  return reviveItems(item, keepsInstances);
}

/** Loads what this thread lacks for a packed message; `null` when nothing is missing. */
export function loadFor({ payload }: PackedMessage): Promise<void> | null {
  return loadModules((payload as Partial<EncodedPayload>).modules ?? []);
}

function isPacked(message: unknown): message is PackedMessage {
  return typeof message === "object" && message !== null &&
    (message as Partial<PackedMessage>).troupe === "packed" &&
    Array.isArray((message as PackedMessage).attachments);
}
