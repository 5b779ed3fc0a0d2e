import { timerFunctions } from "./globals/timers.ts";

/** A timer that was set. */
interface FakeTimer {
  readonly at: number;
  readonly fire: () => void;
}

/** Timers that fire when they are told to, and a time that goes on with them. */
export class FakeTimers {
  /** Milliseconds since 1970. */
  now: number;
  /** Whether one is firing now: those that it sets come later, or no time would go on. */
  isFiring = false;
  readonly #set = new Set<FakeTimer>();

  constructor(now: number) {
    this.now = now;
  }

  /** What stands for the functions of the platform. */
  functions(): Record<string, unknown> {
    return timerFunctions((fire, ms) => {
      const timer = { at: this.now + Math.max(this.isFiring ? 1 : 0, ms), fire };
      this.#set.add(timer);
      return () => void this.#set.delete(timer);
    });
  }

  /** The time of the next one; `Infinity` where there is none. */
  get next(): number {
    return this.#first()?.at ?? Infinity;
  }

  /** Lets the next one fire, at its time. */
  fireNext(): void {
    const timer = this.#first()!;
    this.now = Math.max(this.now, timer.at);
    this.#set.delete(timer);
    timer.fire();
  }

  /** The earliest; of those of one time the one that was set first. */
  #first(): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.#set) if (first === undefined || timer.at < first.at) first = timer;
    return first;
  }
}
