import { loadModules } from "../thread/own_modules.ts";
import { itemOf, reviveItems } from "./abandon.ts";
import type { EncodedPayload, Payload } from "./marker.ts";
import type { PackedMessage } from "./pack.ts";

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
