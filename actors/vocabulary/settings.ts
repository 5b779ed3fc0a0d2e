import type { Durability } from "./store.ts";

/** What holds for a whole system; limits in milliseconds. */
export interface Settings {
  /** Most shared workers: hosts 1 to this one. With none all is on host 0. */
  readonly workers: number;
  /** The kinds of keyed actors that the system was made with. */
  readonly kinds: readonly string[];
  /** How safe commits are by default; `null` when the system has no store. */
  readonly durability: Durability | null;
  readonly askTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly shutdownMs: number;
  /** `Infinity`: nobody watches. */
  readonly unresponsiveMs: number;
}
