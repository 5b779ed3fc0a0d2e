/**
 * The part of `@std/testing/time` that Troupe's tests use, over `@sinonjs/fake-timers`.
 *
 * @module
 */
// @ts-types="npm:@types/sinonjs__fake-timers@15.0.1"
import * as fakeTimers from "npm:@sinonjs/fake-timers@15.5.0";

const { setTimeout: realSetTimeout } = globalThis;

/**
 * Timers and `Date` that move only when told to, from construction to {@linkcode FakeTime.restore}.
 *
 * `AbortSignal.timeout()` and `performance.now()` stay on real time.
 *
 * @example Usage
 * ```ts
 * import { FakeTime } from "@std/testing/time";
 * import { assertEquals } from "@std/assert";
 *
 * using time = new FakeTime(0);
 * let ticks = 0;
 * setInterval(() => ticks++, 1_000);
 * time.tick(3_500);
 * assertEquals(ticks, 3);
 * ```
 */
export class FakeTime {
  /** The time at construction, in milliseconds since the epoch. */
  readonly start: number;
  readonly #clock: fakeTimers.InstalledClock;

  /** Takes over at `start` (default: the present). */
  constructor(start?: number | string | Date | null) {
    this.start = new Date(start ?? Date.now()).getTime();
    this.#clock = fakeTimers.withGlobal(globalThis).install({
      now: this.start,
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
    });
  }

  /** The time now, in milliseconds since the epoch. Setting it forward runs what became due. */
  get now(): number {
    return this.#clock.now;
  }
  set now(value: number) {
    if (value < this.now) throw new RangeError(`Cannot set FakeTime: ${value} is in the past`);
    this.tick(value - this.now);
  }

  /** Moves on by `ms` milliseconds and runs what became due. */
  tick(ms = 0): void {
    this.#clock.tick(ms);
  }

  /** Like {@linkcode FakeTime.tick}, with promise callbacks run before and between the timers. */
  async tickAsync(ms = 0): Promise<void> {
    await this.#clock.tickAsync(ms);
  }

  /** Moves on to the next timer and runs it; `false` when there is none. */
  next(): boolean {
    const found = this.#clock.countTimers() > 0;
    this.#clock.next();
    return found;
  }

  /** Like {@linkcode FakeTime.next}, with promise callbacks run first. */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    const found = this.#clock.countTimers() > 0;
    await this.#clock.nextAsync();
    return found;
  }

  /** Runs timers until none is left. */
  runAll(): void {
    this.#clock.runAll();
  }

  /** Like {@linkcode FakeTime.runAll}, with promise callbacks run before and between the timers. */
  async runAllAsync(): Promise<void> {
    await this.#clock.runAllAsync();
  }

  /** Runs promise callbacks without moving the time. */
  async runMicrotasks(): Promise<void> {
    await new Promise((resolve) => realSetTimeout(resolve, 0));
  }

  /** Gives the real timers back. Timers that have not fired are dropped. */
  restore(): void {
    this.#clock.uninstall();
  }

  /** {@linkcode FakeTime.restore} at the end of a `using` scope. */
  [Symbol.dispose](): void {
    this.restore();
  }
}
