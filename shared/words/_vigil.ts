import { soon } from "../../channels/vocabulary/kept.ts";
import { lookOnce, SLOW_MS } from "./_look.ts";
import { SLICE_MS, type Waiting } from "./waiting.ts";
import { Watchdog } from "./_watchdog.ts";

// After that time a thread that is waited for may have ended. A hold is seldom longer, and a watchdog is not for free.
const PATIENCE_MS = 2 * SLICE_MS;

// Slow waits further apart than that have nothing to do with each other.
const PAUSE_MS = 1_000;

// Of so many waits it is asked afterwards whether their holders live; a thread seldom waits for more things in one go.
const MOST_ASKED = 16;

/**
 * What one blocked wait after the other learns of those for whom it waits. Each may be too short to notice an end: it
 * has a limit, or goes on by its turn although a dead thread stands in its way.
 *
 * The watchdog stays until the thread does anything but compute and wait. Then the thread can ask for itself.
 */
class Vigil {
  #watchdog: Watchdog | null = null;
  #nextLook = 0;
  #lastSlow = -PAUSE_MS;
  /** The slow waits since the thread has last done anything else, the latest of each word. */
  #slow: Waiting[] = [];

  /** Looks, if it is time to, whether those have ended for whom a wait waits that began then. */
  look(waiting: Waiting, began: number, now: number): void {
    if (now - began < SLOW_MS) return;
    if (began - this.#lastSlow >= PAUSE_MS) this.#nextLook = began + PATIENCE_MS;
    this.#lastSlow = now;
    if (now < this.#nextLook) return;
    this.#nextLook = now + SLICE_MS;
    this.#watchdog ??= new Watchdog();
    this.#watchdog.watch(waiting);
    this.#note(waiting);
  }

  /** A wait is over that began then. */
  rest(waiting: Waiting, began: number, now: number): void {
    if (now - began < SLOW_MS) return;
    this.look(waiting, began, now);
    this.#note(waiting);
  }

  #note(waiting: Waiting): void {
    if (this.#slow.length === 0) soon(() => this.#end());
    this.#slow = this.#slow.filter(({ words, at }) => words !== waiting.words || at !== waiting.at);
    this.#slow.push(waiting);
    if (this.#slow.length > MOST_ASKED) this.#slow.shift();
  }

  #end(): void {
    this.#watchdog?.[Symbol.dispose]();
    this.#watchdog = null;
    for (const waiting of this.#slow.splice(0)) lookOnce(waiting);
  }
}

/** The one of this thread. */
export const vigil: Vigil = new Vigil();
