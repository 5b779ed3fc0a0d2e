/** Limits that hold for a whole system, in milliseconds. */
export interface Settings {
  readonly askTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly shutdownMs: number;
  /** `Infinity`: nobody watches. */
  readonly unresponsiveMs: number;
}
