/** Where a message goes, which decides how it is captured. */
export interface Destination {
  /** Whether it stays on this thread: handles, signals and simple values stay live. */
  readonly stays: boolean;
  /** Whether it certainly becomes text, which leaves symbol keys out. */
  readonly isText: boolean;
  /** Whether a link passes the aborts of its signals on; else each signal has a port of its own. */
  readonly passesAborts: boolean;
  /** What refusals say where only texts and bytes go: `null` where structured clone carries all that it can. */
  readonly refusal: string | null;
  /** How far it may go, see {@linkcode Reach}. */
  readonly reach: Reach;
}

/**
 * How far a message may go, which decides what it may hold:
 *
 * - `"process"`: what one process has for itself, too, such as ports, shared memory and references.
 * - `"portable"`: it may be sent to another process, where links pass live signals on.
 * - `"store"`: it is kept for later, when nobody could abort a signal.
 */
export type Reach = "process" | "portable" | "store";

/** To another actor of this thread. */
export const STAYS_HERE: Destination = {
  stays: true,
  isText: false,
  passesAborts: false,
  refusal: null,
  reach: "process",
};

/** To another thread, over a link. */
export const OVER_LINK: Destination = {
  stays: false,
  isText: true,
  passesAborts: true,
  refusal: null,
  reach: "process",
};

/** To a thread that is not known yet, and may be this one, by way of others. */
export const BY_OTHERS: Destination = {
  stays: false,
  isText: false,
  passesAborts: false,
  refusal: null,
  reach: "process",
};

/** To another thread that is not known yet, by way of others. */
export const BY_OTHERS_AS_TEXT: Destination = {
  stays: false,
  isText: true,
  passesAborts: false,
  refusal: null,
  reach: "process",
};

/** To an actor that is on this thread now, and may be in another process the next time. */
export const STAYS_HERE_PORTABLE: Destination = {
  stays: true,
  isText: false,
  passesAborts: false,
  refusal: null,
  reach: "portable",
};

/** Over a link, to an actor that may be in another process. */
export const OVER_LINK_PORTABLE: Destination = {
  stays: false,
  isText: true,
  passesAborts: true,
  refusal: null,
  reach: "portable",
};

/** Into a store: text, and bytes beside it. */
export const TO_STORE: Destination = {
  stays: false,
  isText: true,
  passesAborts: false,
  refusal: null,
  reach: "store",
};
