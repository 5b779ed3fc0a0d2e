import type { Movable } from "./handle.ts";
import type { Payload } from "./marker.ts";

/** A message as captured at the call: nothing that the sender does afterwards changes it. */
export interface Packet {
  /** The values, ready for JSON. */
  readonly payload: Payload;
  /** What travels beside the text, in the order of the markers that name it. */
  readonly attachments: unknown[];
  /** Those attachments that are moved. */
  readonly transfers: Transferable[];
  /** Signals whose abort has to be passed on. */
  readonly signals: AbortSignal[];
  /** How long its text may be, see `length.ts`; not known for what came over a link. */
  readonly units?: number;
  /** Those attachments that can be made anew, by index. */
  readonly renewable?: ReadonlyMap<number, Movable>;
}

const NONE: never[] = [];

/** What of a packet has really left its place, and cannot be sent once more. */
export function givenAway({ transfers, attachments, renewable }: Packet): Transferable[] {
  if (renewable === undefined) return transfers;
  const made = new Set(Array.from(renewable.keys(), (index) => attachments[index]));
  return transfers.filter((each) => !made.has(each));
}

/** The same packet to be sent once more: what has left with the one before and can be made anew is. */
export function sentAgain(packet: Packet): Packet {
  const { renewable = new Map<number, Movable>() } = packet;
  const attachments = [...packet.attachments];
  const transfers = givenAway(packet);
  for (const [index, thing] of renewable) {
    const { value, transfers: own } = thing.again!();
    attachments[index] = value;
    transfers.push(...own);
  }
  return { ...packet, attachments, transfers };
}

/** A packet with nothing beside its payload. */
export function plainPacket(payload: Payload, units = 0): Packet {
  return { payload, attachments: NONE, transfers: NONE, signals: NONE, units };
}
