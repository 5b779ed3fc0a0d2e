import { task } from "@troupe/actors";
import type { Mutex } from "@troupe/actors/shared";

/** Adds 1 to the second word so many times, each time under a lock in the first: the mutex of a textbook. */
export const addRaw = task(import.meta, (words: Int32Array, times: number) => {
  for (let n = 0; n < times; n++) {
    let seen = Atomics.compareExchange(words, 0, 0, 1);
    while (seen !== 0) {
      if (seen === 2 || Atomics.compareExchange(words, 0, 1, 2) !== 0) Atomics.wait(words, 0, 2);
      seen = Atomics.compareExchange(words, 0, 0, 2);
    }
    words[1]!++;
    if (Atomics.sub(words, 0, 1) !== 1) {
      Atomics.store(words, 0, 0);
      Atomics.notify(words, 0, 1);
    }
  }
});

/** The same with a {@linkcode Mutex}. */
export const addWithMutex = task(import.meta, (mutex: Mutex, words: Int32Array, times: number) => {
  for (let n = 0; n < times; n++) {
    const guard = mutex.acquireSync();
    words[1]!++;
    guard.release();
  }
});
