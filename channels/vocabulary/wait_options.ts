/** Options of a wait. */
export interface WaitOptions {
  /** Ends the wait; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Longest time, in milliseconds; 0 does not wait, `Infinity` has no limit. It begins when the code that called gives
   * the thread back to the event loop.
   */
  timeoutMs?: number | undefined;
}
