import type { Clock, Timer } from "../../channels/thread/clock.ts";
import type { ActorStoppedError } from "../vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";

/** A started actor as its owner sees it, on this thread or another. */
export interface Child {
  /** How it is called in errors. */
  readonly label: string;
  /**
   * Resolves when it has ended, to whether it did so by itself: nothing of it had to be given up.
   *
   * @param ms Time after which it is killed, for one that has others to stop.
   */
  stop(reason: ExitReason, drain?: boolean, ms?: number): Promise<boolean>;
  kill(): Promise<unknown>;
}

/** Who started actors and stops them when it ends: an actor, or the system's part of a thread. */
export interface Owner {
  /** How it is called in errors. */
  readonly label: string;
  /** What it is in errors, when it is no actor. */
  readonly what?: ActorStoppedError["what"];
  /** In order of start. */
  readonly children: Set<Child>;
}

/** Time that those get to end after their current message which have not ended when the time for all is over. */
export const GRACE_MS = 200;

/** Bounds waits one after the other: none takes more than half of the time that is left, so that others get some. */
export class TimeShare implements Disposable {
  readonly #clock: Clock;
  readonly #end: number;
  /** One for all waits, because each may last until later than the one before: most end long before it. */
  #timer: Timer | null = null;
  #deadline = 0;
  #giveUp: (() => void) | null = null;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#end = clock.now() + ms;
  }

  get leftMs(): number {
    return Math.max(0, this.#end - this.#clock.now());
  }

  /** Waits for work, but not too long, and for nothing else meanwhile; resolves to whether it was done by then. */
  wait(work: Promise<unknown>): Promise<boolean> {
    const now = this.#clock.now();
    const ms = Math.max(0, this.#end - now) / 2;
    this.#deadline = now + ms;
    this.#timer ??= this.#clock.setTimer(this.#look, ms);
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(false);
      work.then(() => resolve(true), reject);
    });
  }

  readonly #look = (): void => {
    const ms = this.#deadline - this.#clock.now();
    this.#timer = ms > 0 ? this.#clock.setTimer(this.#look, ms) : null;
    if (ms <= 0) this.#giveUp?.();
  };

  /** There is nothing more to wait for. */
  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }
}

/**
 * Stops an owner's children in reverse order of start, each after the one before has ended, unless that takes more than
 * half of the time that is left; also those that come meanwhile. Whoever was told leaves the owner's books.
 *
 * @returns Those that did not end within `ms` milliseconds although they were told to; they are killed.
 */
export async function stopInOrder(
  clock: Clock,
  { children }: Owner,
  drain: boolean,
  ms: number,
): Promise<Child[]> {
  const abandoned = new Set<Child>();
  /** Those that were told to stop and have not yet, in this order. */
  const told = new Map<Child, Promise<void>>();
  using time = new TimeShare(clock, ms);
  let isLate = false;
  const stop = async (child: Child, drain: boolean) => {
    if (!await child.stop({ kind: "shutdown" }, drain, time.leftMs)) abandoned.add(child);
    children.delete(child);
    told.delete(child);
  };
  const stopAll = async () => {
    while (children.size > 0) {
      for (const child of [...children].reverse()) {
        if (told.has(child)) continue;
        const stopped = stop(child, drain);
        told.set(child, stopped);
        await time.wait(stopped);
        if (isLate) return;
      }
      await Promise.all(told.values());
      if (isLate) return;
    }
  };
  if (await within(clock, ms, stopAll())) return [...abandoned];
  isLate = true;
  const [culprit] = told.keys();
  if (culprit !== undefined) {
    // It has had more time than the others.
    kill(culprit);
    children.delete(culprit);
    abandoned.add(culprit);
  }
  const others = [...children].reverse();
  await within(clock, GRACE_MS, Promise.allSettled(others.map((other) => stop(other, false))));
  for (const child of children) {
    kill(child);
    abandoned.add(child);
  }
  children.clear();
  return [...abandoned];
}

function kill(child: Child): void {
  // Fails only when the whole system is on its way out.
  child.kill().catch(() => {});
}

/** Waits for work, but not longer than `ms` milliseconds; resolves to whether it was done in time. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = clock.setTimer(() => late.resolve(false), Math.max(0, ms));
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    timer.cancel();
  }
}
