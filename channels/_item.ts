import { reviveHandle } from "./_handle.ts";
import { MARK, type Marker, type Payload } from "./_marker.ts";
import { movableIn } from "./_movable_in.ts";
import { type Packet, plainPacket } from "./_packet.ts";
import { revive } from "./_revival.ts";

/** Closes what a handle stands for when nobody will ever take it. */
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
export function reviveItem({ payload, attachments }: Packet): unknown {
  return revive(payload, { attachments, signal: noSignal })[0];
}

/** Closes the handles in an item that nobody will take, so that those at their other ends hear of it. */
export function abandonItem({ payload, attachments }: Packet): void {
  if (attachments.length > 0) abandonHandles(payload, attachments);
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

function noSignal(): never {
  throw new TypeError("Cannot receive item: its signals were left behind");
}
