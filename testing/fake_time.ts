import { systemClock } from "../channels/thread/clock.ts";
import { thread } from "../channels/thread/thread.ts";
import { checkGivenMs } from "../channels/vocabulary/checks.ts";
import { yieldTo } from "../channels/vocabulary/kept.ts";
import { ActorSystem, hostBehind } from "../actors/system/actor_system.ts";
import { FakeTimers } from "./_fake_timers.ts";
import { dateOf } from "./globals/dates.ts";
import { replace } from "./globals/replace.ts";
import { abortAfter } from "./globals/timers.ts";

/** A time that goes on only when it is told to. Made by {@linkcode fakeTime}. */
export interface FakedTime extends Disposable {
  /** Milliseconds since 1970, as `Date.now()` gives them. */
  readonly now: number;
  /**
   * Lets some milliseconds pass. Each timer that is due meanwhile fires at its own time, one after the other, and
   * between two of them actors do all that there is to do for them: so what one sets in its turn fires within the same
   * tick, if its time comes. Resolves when all that has been done; what waits for I/O is not waited for. Takes about
   * a tenth of a millisecond for each timer.
   *
   * @throws Rejects with what a timer of the test throws; the time stands still there.
   * @throws {RangeError} Rejects when `ms` is negative, infinite or no number.
   * @throws {TypeError} Rejects when the system has a worker now, as for an actor with `on: "own"`.
   */
  tick(ms: number): Promise<void>;
}

/**
 * Takes over the time of this thread, up to the end of the `using` scope: from now on it goes on only by
 * {@linkcode FakedTime.tick}. That is what all waits for time go by: limits of asks, streams, spawns, tasks, pools, queues,
 * pipes and locks, `context.after` and `context.every`, back-off and budgets of restarts; and what code of actors and
 * tests reads and sets: `setTimeout`, `setInterval`, `Date`, `performance.now()`, `AbortSignal.timeout()`.
 *
 * Begin it right after the system was made: timers that are set stay with the time in which they were set, and those of
 * a faked time never fire once that is over. Limits go on in real time then. `shutdownMs` is a limit like the others,
 * so let the scope of the time end before that of the system, as it does when it is made after it.
 *
 * @example Thirty seconds in a moment
 * ```ts
 * import { actor, ActorSystem } from "@troupe/actors";
 * import { fakeTime } from "@troupe/actors/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const sensor = actor(import.meta, (context) => {
 *   let reads = 0;
 *   context.every(1_000, () => reads++);
 *   return {
 *     reads: () => reads,
 *     hang: () => new Promise<never>(() => {}),
 *   };
 * }).with({ concurrency: 2 });
 *
 * await using system = new ActorSystem({ workers: 0, askTimeoutMs: 30_000 });
 * using time = fakeTime(system);
 * const ref = await system.spawn(sensor);
 * const late = assertRejects(() => ref.ask.hang(), DOMException, "within 30000 ms");
 * await time.tick(30_000);
 * await late;
 * assertEquals(await ref.ask.reads(), 30);
 * ```
 *
 * @param system A system with `workers: 0`.
 * @throws {TypeError} when it may have workers, whose time would stay what it is: use `simulate()` for it; and when the
 * time of this thread is faked already, by whatever.
 */
export function fakeTime(system: ActorSystem): FakedTime {
  if (!(system instanceof ActorSystem)) {
    throw new TypeError("Cannot fake the time: the argument must be an ActorSystem");
  }
  const { clock } = thread().platform;
  if (clock !== systemClock) {
    throw new TypeError("Cannot fake the time: a simulation has a time of its own");
  }
  if (clock.isFaked) throw new TypeError("Cannot fake the time: it is faked already");
  const { coordinator } = hostBehind(system);
  if (coordinator === null || !coordinator.isLocal) throw severalThreads();
  checkAlone(system);
  return new MovedTime(system);
}

// So often timers and I/O get a turn before actors count as idle: what gives way, as before a restart, does so once.
const ROUNDS = 10;

/** What stands behind a {@linkcode FakedTime}. */
class MovedTime implements FakedTime {
  readonly #system: ActorSystem;
  readonly #timers = new FakeTimers(Date.now());
  readonly #restore: () => void;
  #last: Promise<void> = Promise.resolve();

  constructor(system: ActorSystem) {
    this.#system = system;
    const timers = this.#timers;
    const { now: began } = timers;
    const beganAt = performance.now();
    this.#restore = replace([
      [globalThis, { ...timers.functions(), Date: dateOf(() => Math.floor(timers.now)) }],
      [performance, { now: () => beganAt + timers.now - began }],
      [AbortSignal, { timeout: abortAfter }],
    ]);
  }

  get now(): number {
    return this.#timers.now;
  }

  tick(ms: number): Promise<void> {
    const tick = this.#last.then(() => this.#tick(ms));
    // Whoever called it hears of that.
    this.#last = tick.catch(() => {});
    return tick;
  }

  [Symbol.dispose](): void {
    this.#restore();
  }

  async #tick(ms: number): Promise<void> {
    checkGivenMs("move the time", "ms", ms);
    if (ms === Infinity) throw new RangeError("Cannot move the time: ms must be finite");
    const timers = this.#timers;
    const end = timers.now + ms;
    await this.#settle();
    timers.isFiring = true;
    try {
      while (timers.next <= end) {
        timers.fireNext();
        await this.#settle();
      }
      timers.now = end;
    } finally {
      timers.isFiring = false;
    }
  }

  /** Lets actors do all that there is to do now. */
  async #settle(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) await new Promise<void>(yieldTo);
    checkAlone(this.#system);
  }
}

/** @throws {TypeError} when the system has a worker. */
function checkAlone(system: ActorSystem): void {
  if (hostBehind(system).coordinator!.hasWorkers) throw severalThreads();
}

function severalThreads(): TypeError {
  return new TypeError(
    "Cannot fake the time: the system may have workers, whose time would stay what it is: " +
      "use a system with workers: 0, or simulate(), which moves all threads",
  );
}
