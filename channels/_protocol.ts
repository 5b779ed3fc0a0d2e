import type { Payload } from "./_marker.ts";

/** What links say to each other; negative kinds, so that they never meet those of a link's users. */
export const ABORT = -1;
/** See {@linkcode ABORT}. */
export const RELEASE = -2;

/** Messages of the link itself. */
export type LinkEnvelope =
  /** A signal that was sent has been aborted; the payload holds the reason. */
  | readonly [kind: typeof ABORT, signal: number, reason: Payload]
  /** A signal that was sent can never be aborted any more. */
  | readonly [kind: typeof RELEASE, signal: number];

/** What a link carries: arrays told apart by their first element, valid JSON but for the payloads in them. */
export type Envelope = readonly [kind: number, ...rest: unknown[]];

/** One `postMessage`: the text of many envelopes, alone or with what travels beside it. */
export type Batch = string | readonly [text: string, attachments: unknown[]];
