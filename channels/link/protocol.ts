import type { Payload } from "../message/marker.ts";
import type { RowsEnvelope } from "../message/rows.ts";

/** What links say to each other; negative kinds, so that they never meet those of a link's users; -3 is `ROWS` of `rows.ts`. */
export const ABORT = -1;
/** See {@linkcode ABORT}. */
export const RELEASE = -2;

/** Messages of the link itself. */
export type LinkEnvelope =
  /** A signal that was sent has been aborted; the payload holds the reason. */
  | readonly [kind: typeof ABORT, signal: number, reason: Payload]
  /** A signal that was sent can never be aborted any more. */
  | readonly [kind: typeof RELEASE, signal: number]
  | RowsEnvelope;

/** What a link carries: arrays told apart by their first element, valid JSON but for the payloads in them. */
export type Envelope = readonly [kind: number, ...rest: unknown[]];

/**
 * One `postMessage`: the text of many envelopes, alone or with what travels beside it and the modules that it needs.
 * Where one text would be too long there are several.
 */
export type Batch =
  | string
  | readonly [texts: readonly string[], attachments: unknown[], modules: string[]];
