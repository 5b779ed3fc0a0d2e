import { threadNumber } from "./number.ts";
import { type Platform, realPlatform } from "./platform.ts";

/** One thread of this program, and what is its own. */
export class Thread {
  readonly number: number;
  readonly platform: Platform;
  /** What modules keep for it, by the numbers of their slots. */
  readonly #kept: object[] = [];

  constructor(number: number, platform: Platform) {
    this.number = number;
    this.platform = platform;
  }

  /** What a module keeps for this thread; made when first asked for. */
  keptIn<T extends object>(slot: ThreadSlot<T>): T {
    return (this.#kept[slot.number] ??= slot.make()) as T;
  }
}

const slots: ThreadSlot<object>[] = [];

/**
 * What a module keeps for each thread.
 *
 * A variable of the module would do where a thread has its modules for itself. A simulation has many threads in one
 * real one, which share them.
 */
export class ThreadSlot<T extends object> {
  /**
   * What it keeps for the current thread. A field, set by {@linkcode enterThread}: it costs what a variable does, where
   * a call that looks it up takes 2 ns more, which a send of a channel would notice.
   */
  here: T;
  readonly number: number;
  readonly make: () => T;

  /** @param make Makes it for the thread that is current then. */
  constructor(make: () => T) {
    this.number = slots.push(this) - 1;
    this.make = make;
    this.here = current.keptIn(this);
  }
}

let current: Thread = new Thread(threadNumber, realPlatform);

/** The thread that runs. */
export function thread(): Thread {
  return current;
}

/** Makes another thread the current one: for a simulation, between two of its steps. */
export function enterThread(next: Thread): void {
  current = next;
  for (const slot of slots) slot.here = next.keptIn(slot);
}
