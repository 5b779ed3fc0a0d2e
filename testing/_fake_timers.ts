import { AsyncResource } from "node:async_hooks";

/** A timer that was set. */
interface FakeTimer {
  readonly id: number;
  at: number;
  /** Between two times it fires; `null` for one that fires once. */
  readonly everyMs: number | null;
  readonly fire: () => void;
}

type Callback = (...args: unknown[]) => void;

// Those of the platform are counted from 1.
const FIRST_ID = 1e12;

const { clearTimeout: clearReal, clearInterval: clearRealInterval } = globalThis;

/** Timers that fire when they are told to, and a time that goes on with them. */
export class FakeTimers {
  /** Milliseconds since 1970. */
  now: number;
  /** Whether one is firing now: those that it sets come later, or no time would go on. */
  isFiring = false;
  readonly #set = new Map<number, FakeTimer>();
  #ids = FIRST_ID;

  constructor(now: number) {
    this.now = now;
  }

  /** What stands for the functions of the platform. */
  functions(): Record<string, unknown> {
    return {
      setTimeout: (fn: Callback, ms?: number, ...args: unknown[]) => this.#add(fn, ms, args, false),
      setInterval: (fn: Callback, ms?: number, ...args: unknown[]) => this.#add(fn, ms, args, true),
      clearTimeout: (id?: number) => this.#clear(id, clearReal),
      clearInterval: (id?: number) => this.#clear(id, clearRealInterval),
    };
  }

  /** The time of the next one; `Infinity` where there is none. */
  get next(): number {
    return this.#first()?.at ?? Infinity;
  }

  /** Lets the next one fire, at its time. */
  fireNext(): void {
    const timer = this.#first()!;
    this.now = Math.max(this.now, timer.at);
    if (timer.everyMs === null) this.#set.delete(timer.id);
    else timer.at += timer.everyMs;
    timer.fire();
  }

  #add(fn: Callback, ms: number = 0, args: unknown[], repeats: boolean): number {
    const id = this.#ids++;
    const least = this.isFiring || repeats ? 1 : 0;
    // Not a number counts as 0.
    const after = ms > least ? ms : least;
    // In the async context in which it was set, as the platform does it.
    const fire = AsyncResource.bind(() => fn(...args));
    this.#set.set(id, { id, at: this.now + after, everyMs: repeats ? after : null, fire });
    return id;
  }

  #clear(id: number | undefined, clear: (id?: number) => void): void {
    // It may have been set before.
    if (id === undefined || !this.#set.delete(id)) clear.call(globalThis, id);
  }

  /** The earliest; of those of one time the one that was set first. */
  #first(): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.#set.values()) {
      if (first === undefined || timer.at < first.at) first = timer;
    }
    return first;
  }
}
