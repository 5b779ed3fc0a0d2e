/** Limits of a wait that blocks its thread. */
export interface BlockingWaitOptions {
  /** Longest time, in milliseconds; 0 does not wait, `Infinity` has no limit. */
  timeoutMs?: number | undefined;
}
