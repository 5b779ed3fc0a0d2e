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
}

/** To another actor of this thread. */
export const STAYS_HERE: Destination = {
  stays: true,
  isText: false,
  passesAborts: false,
  refusal: null,
};

/** To another thread, over a link. */
export const OVER_LINK: Destination = {
  stays: false,
  isText: true,
  passesAborts: true,
  refusal: null,
};

/** To a thread that is not known yet, and may be this one, by way of others. */
export const BY_OTHERS: Destination = {
  stays: false,
  isText: false,
  passesAborts: false,
  refusal: null,
};

/** To another thread that is not known yet, by way of others. */
export const BY_OTHERS_AS_TEXT: Destination = {
  stays: false,
  isText: true,
  passesAborts: false,
  refusal: null,
};
