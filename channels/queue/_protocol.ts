import type { Payload } from "../message/marker.ts";

// The kinds are numbers, because they are read by the million; those below 10 are every connection's.

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
export const ADD_USER = 23;

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
  /** Of the items delivered the first `taken` were taken, the next `returned` were not; `done` items are done. */
  | readonly [kind: typeof TAKEN, taken: number, returned: number, done: number]
  /** Whether the receive that was offered an item still waits for it. */
  | readonly [kind: typeof ACCEPT, id: number, isWanted: boolean]
  | readonly [kind: typeof QUERY, id: number, what: QueueQuery]
  /** Nobody waits for an answer any more. */
  | readonly [kind: typeof UNQUERY, id: number]
  | readonly [kind: typeof CLOSE, discard: boolean]
  /** Another thread will use the queue over this port. */
  | readonly [kind: typeof ADD_USER, port: Payload]
  /** This thread is done with the queue. */
  | readonly [kind: typeof LEAVE];

/**
 * `"size"`: how many items are held. `"done"`: marks one more item as done; the answer is whether there was one.
 * `"join"`: answered once all are done. `"unfinished"`: how many are not. `"ready"`: answered once a receive would not
 * wait. `"now"`: whether it would not.
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
  /** As many sends may go as slots are granted. */
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
