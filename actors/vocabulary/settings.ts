/** What holds for a whole system; limits in milliseconds. */
export interface Settings {
  /** Most shared workers: hosts 1 to this one. With none all is on host 0. */
  readonly workers: number;
  /** The kinds of keyed actors that the system was made with. */
  readonly kinds: readonly string[];
  readonly askTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly shutdownMs: number;
  /** `Infinity`: nobody watches. */
  readonly unresponsiveMs: number;
}
