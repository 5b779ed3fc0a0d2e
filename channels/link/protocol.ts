import type { Payload } from "../packing/marker.ts";
import type { RowsEnvelope } from "../packing/rows.ts";

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

/** Kinds of what the ends of a connection say to each other; numbers, because they are read by the million. */
export const HELLO = 1;
/** See {@linkcode HELLO}. */
export const GONE = 2;
/** See {@linkcode HELLO}. */
export const ITEMS = 3;

/** Messages of every connection. */
export type ConnectionEnvelope =
  /** This end is on a thread with this life from now on. */
  | readonly [kind: typeof HELLO, life: string | null]
  /** The thread of this end is ending, or what was sent to it was lost on the way. */
  | readonly [kind: typeof GONE]
  /** Items in order; two places are left so that they can share an envelope on the link. */
  | readonly [kind: typeof ITEMS, to: 0, name: "", ...items: Payload[]];

/** See {@linkcode QueueRequest}. */
export const WANT_SLOT = 10;
/** See {@linkcode QueueRequest}. */
export const TRY_SLOT = 11;
/** See {@linkcode QueueRequest}. */
export const UNWANT_SLOT = 12;
/** See {@linkcode QueueRequest}. */
export const RETURN_SLOTS = 13;
/** See {@linkcode QueueRequest}. */
export const WANT = 14;
/** See {@linkcode QueueRequest}. */
export const TRY = 15;
/** See {@linkcode QueueRequest}. */
export const UNWANT = 16;
/** See {@linkcode QueueRequest}. */
export const TAKEN = 17;
/** See {@linkcode QueueRequest}. */
export const ACCEPT = 18;
/** See {@linkcode QueueRequest}. */
export const QUERY = 19;
/** See {@linkcode QueueRequest}. */
export const UNQUERY = 20;
/** See {@linkcode QueueRequest}. */
export const CLOSE = 21;
/** See {@linkcode QueueRequest}. */
export const LEAVE = 22;
/** See {@linkcode QueueRequest}. */
export const CONNECT = 23;

/** What a thread that uses a queue says to the queue's home; items go the same way. */
export type QueueRequest =
  /** A send waits for a slot; `extra` more are welcome for those that will follow at once. */
  | readonly [kind: typeof WANT_SLOT, id: number, extra: number]
  /** A send takes a slot only if there is one now. */
  | readonly [kind: typeof TRY_SLOT, id: number]
  /** A send waits no more. */
  | readonly [kind: typeof UNWANT_SLOT, id: number]
  /** Slots that were granted are not needed. */
  | readonly [kind: typeof RETURN_SLOTS, count: number]
  /** A receive waits for an item; `extra` more are welcome for those that will follow at once. */
  | readonly [kind: typeof WANT, id: number, extra: number]
  /** A receive takes an item only if there is one now. */
  | readonly [kind: typeof TRY, id: number]
  /** A receive is to wait no more: answered by `NOTHING`, unless its item is on the way. */
  | readonly [kind: typeof UNWANT, id: number]
  /** Of the items delivered the first so many were taken, so many after them were not; so many items are done. */
  | readonly [kind: typeof TAKEN, taken: number, returned: number, done: number]
  /** Whether the receive that was offered an item still waits for it. */
  | readonly [kind: typeof ACCEPT, id: number, isWanted: boolean]
  | readonly [kind: typeof QUERY, id: number, what: QueueQuery]
  /** Nobody waits for an answer any more. */
  | readonly [kind: typeof UNQUERY, id: number]
  | readonly [kind: typeof CLOSE, discard: boolean]
  /** Another thread will use the queue over this port. */
  | readonly [kind: typeof CONNECT, port: Payload]
  /** This thread is done with the queue. */
  | readonly [kind: typeof LEAVE];

/**
 * `"size"`: how many items are held. `"done"`: one more item is done; whether there was one. `"join"`: answered once
 * all are done. `"unfinished"`: how many are not. `"ready"`: answered once a receive would not wait. `"now"`: whether it
 * would not.
 */
export type QueueQuery = "size" | "done" | "join" | "unfinished" | "ready" | "now";

/** See {@linkcode QueueReply}. */
export const GRANT = 30;
/** See {@linkcode QueueReply}. */
export const NO_SLOT = 31;
/** See {@linkcode QueueReply}. */
export const NOTHING = 32;
/** See {@linkcode QueueReply}. */
export const OFFER = 33;
/** See {@linkcode QueueReply}. */
export const DELIVER = 34;
/** See {@linkcode QueueReply}. */
export const ANSWER = 35;
/** See {@linkcode QueueReply}. */
export const CLOSED = 36;
/** See {@linkcode QueueReply}. */
export const END = 37;
/** See {@linkcode QueueReply}. */
export const SETTLED = 38;

/** What a queue's home says to a thread that uses it; items go the same way. */
export type QueueReply =
  /** So many sends may go. */
  | readonly [kind: typeof GRANT, count: number]
  /** No slot for a send that does not wait. */
  | readonly [kind: typeof NO_SLOT, id: number]
  /** No item for a receive that does not wait, or not any more. */
  | readonly [kind: typeof NOTHING, id: number]
  /** There is an item for this receive which can be delivered only once, because it holds something to move. */
  | readonly [kind: typeof OFFER, id: number]
  /** That item. */
  | readonly [kind: typeof DELIVER, id: number, item: Payload]
  | readonly [kind: typeof ANSWER, id: number, value: number | boolean]
  /** No send may go any more. */
  | readonly [kind: typeof CLOSED]
  /** No item will come any more. `isOpen`: somebody may still wait for items to be done. */
  | readonly [kind: typeof END, isOpen: boolean]
  /** All items are done after the end: nothing more will be said. */
  | readonly [kind: typeof SETTLED];

/** See {@linkcode PipeEnvelope}. */
export const REPORT = 50;
/** See {@linkcode PipeEnvelope}. */
export const CONSUMED = 51;
/** See {@linkcode PipeEnvelope}. */
export const FIN = 52;
/** See {@linkcode PipeEnvelope}. */
export const STOP = 53;

/** What the ends of a pipe say to each other; items go the same way. */
export type PipeEnvelope =
  /** Say how many of the items that follow were taken. */
  | readonly [kind: typeof REPORT]
  /** So many items were taken. */
  | readonly [kind: typeof CONSUMED, count: number]
  /** No item will follow. */
  | readonly [kind: typeof FIN]
  /** No item is wanted any more. */
  | readonly [kind: typeof STOP];
