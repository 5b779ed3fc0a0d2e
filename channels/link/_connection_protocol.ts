import type { Payload } from "../message/marker.ts";

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
