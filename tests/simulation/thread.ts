import type { Clock, Timer } from "../../channels/thread/clock.ts";
import { systemClock } from "../../channels/thread/clock.ts";
import type { ExitCallback, Platform } from "../../channels/thread/platform.ts";
import { Thread } from "../../channels/thread/thread.ts";
import type { Happening } from "./events.ts";
import type { World } from "./world.ts";

/** A thread of a {@linkcode World}. */
export class SimulatedThread {
  /** What is its own, in all modules. */
  readonly own: Thread;
  readonly name: string;
  readonly #world: World;
  #isAlive = true;
  /** What the thread does about an error that nobody caught in it. */
  onUncaught: ((error: unknown) => void) | null = null;
  /** What the thread does before it ends by its own doing. */
  onExit: ExitCallback = () => {};

  constructor(world: World, number: number, name: string) {
    this.#world = world;
    this.name = name;
    this.own = new Thread(number, this.#platform());
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Only the world says so. */
  died(): void {
    this.#isAlive = false;
  }

  /** Something happens to this thread, unless it has ended. */
  expect(run: () => void, stream: object = run, isLast = false): Happening {
    const what = { to: this, stream, isLast, run };
    if (this.#isAlive) this.#world.events.add(what);
    return what;
  }

  #platform(): Platform {
    const world = this.#world;
    return {
      clock: this.#clock(),
      ports: world.ports,
      locks: world.locks.of(this),
      cores: 2,
      uuid: () => world.uuid(),
      startWorker: (start) => world.startWorker(start),
      trapExit: (callback) => this.onExit = callback,
    };
  }

  #clock(): Clock {
    const { events } = this.#world;
    const setTimer = (run: () => void, ms: number): Timer => {
      const what = { to: this, stream: {}, isLast: false, run };
      const isSet = this.#isAlive && ms < Infinity;
      const cancel = isSet ? events.addLater(what, ms) : () => {};
      return { cancel, keepAlive() {}, isCurrent: () => true };
    };
    return {
      now: () => events.now,
      wallTime: () => events.now,
      isFaked: false,
      setTimer,
      setRealTimer: setTimer,
      // Microtasks belong to the step in which they were queued.
      soon: systemClock.soon,
      yieldTo: (run) => void this.expect(run, {}, true),
      random: () => 0.5,
    };
  }
}
