// The kinds below 10 are every connection's.

/** See {@linkcode PipeEnvelope}. */
export const COUNT = 50;
/** See {@linkcode PipeEnvelope}. */
export const CONSUMED = 51;
/** See {@linkcode PipeEnvelope}. */
export const FIN = 52;
/** See {@linkcode PipeEnvelope}. */
export const UNWANTED = 53;

/** What the ends of a pipe say to each other; items go the same way. */
export type PipeEnvelope =
  /** Say how many of the items that follow were taken. */
  | readonly [kind: typeof COUNT]
  /** The number of items taken since the last report. */
  | readonly [kind: typeof CONSUMED, count: number]
  /** No item will follow. */
  | readonly [kind: typeof FIN]
  /** No item is wanted any more. */
  | readonly [kind: typeof UNWANTED];
