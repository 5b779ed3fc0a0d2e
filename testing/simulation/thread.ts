import type { Clock, Timer } from "../../channels/thread/clock.ts";
import { systemClock } from "../../channels/thread/clock.ts";
import type { ExitCallback, Platform } from "../../channels/thread/platform.ts";
import { Thread } from "../../channels/thread/thread.ts";
import type { Agenda, Doer, Happening } from "./agenda.ts";
import type { Pace } from "./pace.ts";

/** What a thread needs of its world. */
export interface ThreadWorld {
  readonly agenda: Agenda;
  /** Milliseconds since 1970 at the beginning. */
  readonly epoch: number;
  /** What the platform gives to a thread, but for the clock and the end. */
  platformOf(thread: SimulatedThread): Omit<Platform, "clock" | "trapExit">;
}

/** What happens to a thread; it is alone in its stream without one. */
export type ThreadEvent =
  & Pick<Happening, "what" | "run">
  & Partial<Pick<Happening, "stream" | "isLast" | "data">>;

/** A thread of a world. */
export class SimulatedThread implements Doer {
  /** What is its own, in all modules. */
  readonly own: Thread;
  readonly name: string;
  readonly inbox: Happening[] = [];
  readyAt = 0;
  /** How many times slower than others it is. */
  slowness = 1;
  /** What the thread does about an error that nobody caught in it. */
  onUncaught: ((error: unknown) => void) | null = null;
  /** What its owner hears of an error that ended it. */
  onError: (error: Error) => void = () => {};
  /** What the thread does before it ends by its own doing. */
  onExit: ExitCallback = () => {};
  readonly pace: Pace;
  readonly #agenda: Agenda;
  #isAlive = true;

  constructor(world: ThreadWorld, number: number, name: string, pace: Pace) {
    this.name = name;
    this.pace = pace;
    this.#agenda = world.agenda;
    const platform: Platform = {
      ...world.platformOf(this),
      clock: this.#clock(world.epoch),
      trapExit: (callback) => this.onExit = callback,
    };
    this.own = new Thread(number, platform);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Only the world says so. */
  died(): void {
    this.#isAlive = false;
  }

  pick(count: number): number {
    return this.pace.pick(count);
  }

  wake(): number {
    return this.slowness * this.pace.wake();
  }

  /** A step is over. */
  takesTime(now: number): void {
    this.readyAt = Math.max(this.readyAt, now + this.slowness * this.pace.step());
  }

  /** Does nothing for a while. */
  hang(ms: number): void {
    this.readyAt = Math.max(this.readyAt, this.#agenda.now + ms);
  }

  /** Something happens to this thread, unless it has ended. */
  expect(event: ThreadEvent): void {
    if (this.#isAlive) this.#agenda.add(this.#happening(event));
  }

  #happening({ what, run, stream = null, isLast = false, data }: ThreadEvent): Happening {
    return { to: this, what, run, stream, isLast, data };
  }

  #clock(epoch: number): Clock {
    const agenda = this.#agenda;
    // However late they are, they fire in the order of their times, as in Deno.
    const stream = {};
    const setTimer = (run: () => void, ms: number): Timer => {
      const isSet = this.#isAlive && ms < Infinity;
      const happening = this.#happening({ what: "timer", run, data: ms, stream });
      const cancel = isSet ? agenda.addLater(happening, ms) : () => {};
      return { cancel, keepAlive() {}, isCurrent: () => true };
    };
    return {
      now: () => agenda.now,
      wallTime: () => epoch + agenda.now,
      isFaked: false,
      setTimer,
      setRealTimer: setTimer,
      // Microtasks belong to the step in which they were queued.
      soon: systemClock.soon,
      yieldTo: (run) => this.expect({ what: "goes on", run, isLast: true }),
      random: () => this.pace.random(),
    };
  }
}
