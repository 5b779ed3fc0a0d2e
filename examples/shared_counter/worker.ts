import { task } from "@troupe/actors";
import type { Lock, SharedValue } from "@troupe/actors/shared";

type Counter = SharedValue<"i32">;

/** Reads and writes in two steps, between which the other task writes too. */
export const add = task(import.meta, (counter: Counter, times: number, started: Counter) => {
  started.add(1);
  while (started.value < 2); // Both at once.
  for (let i = 0; i < times; i++) counter.value += 1;
});

/** The same while nobody else has the lock. */
export const addLocked = task(import.meta, (counter: Counter, times: number, lock: Lock) => {
  for (let i = 0; i < times; i++) {
    using _guard = lock.acquireSync();
    counter.value += 1;
  }
});

/** Needs no lock. */
export const addInOneStep = task(import.meta, (counter: Counter, times: number) => {
  for (let i = 0; i < times; i++) counter.add(1);
});
