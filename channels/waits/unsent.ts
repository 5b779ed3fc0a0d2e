import { thread, ThreadSlot } from "../thread/thread.ts";

/** Gives a promise that settles once the oldest waiting send has settled, or all of them have. */
export type Unsent = () => Promise<unknown>;

const waiting = new ThreadSlot(() => new Set<Unsent>());

/** Something that was sent here waits for its place: it would be lost if the thread ended. */
export function addUnsent(unsent: Unsent): void {
  waiting.here.add(unsent);
}

/** It waits no more. */
export function removeUnsent(unsent: Unsent): void {
  waiting.here.delete(unsent);
}

/** Settles as the promise does; until then the thread counts as having something unsent. */
export async function untilSent<T>(sending: Promise<T>): Promise<T> {
  const unsent = () => sending;
  waiting.here.add(unsent);
  try {
    return await sending;
  } finally {
    waiting.here.delete(unsent);
  }
}

/** Resolves once nothing that was sent on this thread waits for its place, which may never happen. */
export async function allSent(): Promise<void> {
  while (waiting.here.size > 0) {
    await Promise.allSettled(Array.from(waiting.here, (unsent) => unsent()));
    // What follows may begin only now: the next chunk of a stream, say.
    await new Promise<void>(thread().platform.clock.yieldTo);
  }
}
