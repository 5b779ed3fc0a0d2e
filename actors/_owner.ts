import type { Clock } from "../channels/internal.ts";
import type { ExitReason } from "./exit_reason.ts";

/** A started actor as its owner sees it, on this thread or another. */
export interface Child {
  /** How it is called in errors. */
  readonly label: string;
  /** Resolves when it has ended, to whether it did so by itself: nothing of it had to be given up. */
  stop(reason: ExitReason, drain?: boolean): Promise<boolean>;
  kill(): Promise<unknown>;
}

/** Who started actors and stops them when it ends: an actor, or the system's part of a thread. */
export interface Owner {
  /** How it is called in errors. */
  readonly label: string;
  /** In order of start. */
  readonly children: Set<Child>;
}

// Those that never got their turn to stop, because another one took all the time, get so long.
const GRACE_MS = 200;

/**
 * Stops an owner's children in reverse order of start, each after the one before has ended, also those that come
 * meanwhile. Whoever was told leaves the owner's books.
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
  let current: Child | null = null;
  const stop = async (child: Child, drain: boolean) => {
    if (!await child.stop({ kind: "shutdown" }, drain)) abandoned.add(child);
    children.delete(child);
  };
  const stopAll = async () => {
    while (children.size > 0) {
      for (const child of [...children].reverse()) {
        current = child;
        await stop(child, drain);
        if (current === null) return;
      }
    }
  };
  if (await within(clock, ms, stopAll())) return [...abandoned];
  const culprit = current!;
  current = null;
  kill(culprit);
  children.delete(culprit);
  abandoned.add(culprit);
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
