import { readJson } from "../vocabulary/kept.ts";
import { isHandle, reviveHandle } from "./handle.ts";
import { type EncodedPayload, MARK, type Marker, type Payload } from "./marker.ts";
import { movableIn } from "./movable.ts";
import { type Packet, plainPacket } from "./packet.ts";
import { closePort } from "../thread/port.ts";
import { contextOf, revive } from "./revival.ts";
import { ROWS } from "./rows.ts";

/** Key of the method that closes what a handle stands for, when it will never be taken. */
export const ABANDON: unique symbol = Symbol("troupe.abandon");

/** What came over a link as a payload, with its own attachments: it can be kept, sent on, or revived. */
export function itemFrom(payload: Payload, batch: readonly unknown[]): Packet {
  if (Array.isArray(payload)) return plainPacket(payload);
  const { attachmentBase = 0, attachmentCount = 0 } = payload;
  const attachments = batch.slice(attachmentBase, attachmentBase + attachmentCount);
  return itemOf({ ...payload, attachmentBase: 0 }, attachments);
}

/** A payload with its attachments. */
export function itemOf(payload: Payload, attachments: unknown[]): Packet {
  if (attachments.length === 0) return plainPacket(payload);
  return { payload, attachments, transfers: movableIn(attachments), signals: [] };
}

/**
 * The value of an item; once.
 *
 * @throws {TypeError} when a class or a kind of handle is not known in this thread.
 */
export function reviveItem(item: Packet): unknown {
  return reviveItems(item, false)[0];
}

/**
 * All values of an item that has several; once.
 *
 * @param keepsInstances See {@linkcode RevivalContext.keepsInstances}.
 * @throws {TypeError} when a class or a kind of handle is not known in this thread.
 */
export function reviveItems({ payload, attachments }: Packet, keepsInstances: boolean): unknown[] {
  return revive(payload, contextOf(attachments, keepsInstances));
}

/** Closes what an item holds that will never be taken, so that the other ends notice. */
export function abandonItem({ payload, attachments }: Packet): void {
  if (attachments.length === 0) return;
  abandonHandles(payload, attachments);
  for (const own of movableIn(attachments)) {
    if (own instanceof MessagePort) closePort(own);
  }
}

/** The same for a whole batch of envelopes, in which any element may be a payload. */
export function abandonBatch(
  texts: readonly string[],
  attachments: readonly unknown[],
): void {
  for (const text of texts) {
    abandonEnvelopes(readJson(text) as unknown[][], attachments);
  }
}

/** The same for envelopes. */
export function abandonEnvelopes(
  envelopes: readonly (readonly unknown[])[],
  attachments: readonly unknown[],
): void {
  for (const envelope of envelopes) {
    // Those have no attachments.
    if (envelope[0] === ROWS) continue;
    for (const part of envelope) {
      if (isEncoded(part)) abandonItem(itemFrom(part, attachments));
    }
  }
}

/** The same for values that have arrived already. */
export function abandonValues(values: unknown, met = new Set<object>()): void {
  if (typeof values !== "object" || values === null || met.has(values)) return;
  met.add(values);
  if (ABANDON in values) return (values as { [ABANDON](): void })[ABANDON]();
  if (isHandle(values)) return;
  const parts = values instanceof Map
    ? [...values.keys(), ...values.values()]
    : values instanceof Set
    ? values
    : ArrayBuffer.isView(values)
    ? []
    : Object.values(values);
  for (const part of parts) abandonValues(part, met);
}

function isEncoded(part: unknown): part is EncodedPayload {
  return typeof part === "object" && part !== null && "values" in part;
}

function abandonHandles(value: unknown, attachments: readonly unknown[]): void {
  if (typeof value !== "object" || value === null) return;
  const marker = (value as Record<string, Marker>)[MARK];
  if (Array.isArray(marker) && marker[0] === "handle") {
    const handle = reviveHandle(marker[1], (index) => attachments[index]) as {
      [ABANDON]?: () => void;
    };
    return handle[ABANDON]?.();
  }
  for (const part of Object.values(value)) abandonHandles(part, attachments);
}
