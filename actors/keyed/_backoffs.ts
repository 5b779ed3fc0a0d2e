import type { Clock } from "../../channels/thread/clock.ts";

const FIRST_MS = 50;
const MOST_MS = 10_000;
// Who has failed so long ago begins anew.
const FORGET_MS = 60_000;
// Beyond this those that have failed longest ago are forgotten.
const MOST = 10_000;

interface Backoff {
  failures: number;
  until: number;
}

/** How long those wait that have failed before they are tried again: actors that could not be activated, hosts. */
export class Backoffs {
  readonly #clock: Clock;
  readonly #ids = new Map<string, Backoff>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until one may be tried. */
  leftMs(id: string): number {
    // Nearly always there is none.
    if (this.#ids.size === 0) return 0;
    const backoff = this.#ids.get(id);
    return backoff === undefined ? 0 : Math.max(0, backoff.until - this.#clock.now());
  }

  failed(id: string): void {
    const now = this.#clock.now();
    const before = this.#ids.get(id);
    const isOld = before === undefined || now - before.until > FORGET_MS;
    const failures = isOld ? 1 : before.failures + 1;
    this.#ids.delete(id);
    this.#ids.set(id, {
      failures,
      until: now + Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1)),
    });
    for (const [oldest] of this.#ids) {
      if (this.#ids.size <= MOST) break;
      this.#ids.delete(oldest);
    }
  }

  worked(id: string): void {
    if (this.#ids.size > 0) this.#ids.delete(id);
  }
}
