import type { Payload } from "./_marker.ts";

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
}

const NONE: never[] = [];

/** A packet with nothing beside its payload. */
export function plainPacket(payload: Payload): Packet {
  return { payload, attachments: NONE, transfers: NONE, signals: NONE };
}
