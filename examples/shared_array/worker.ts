import { task } from "@troupe/actors";
import type { SharedArray, SharedValue } from "@troupe/actors/shared";

/** Writes `10 + i` to each index. */
export const fill = task(import.meta, (doubles: SharedArray<"f64">) => {
  for (let i = 0; i < doubles.length; i++) doubles.set(i, 10 + i);
});

/** Adds 1 to each element, while nobody else changes any. */
export const increment = task(import.meta, (counts: SharedArray<"i32">) => {
  using _guard = counts.lock.acquireSync();
  for (let i = 0; i < counts.length; i++) counts.set(i, counts.at(i) + 1);
});

/** Stores a number, and negates each element. */
export const change = task(
  import.meta,
  (pi: SharedValue<"f64">, digits: SharedArray<"i32">) => {
    pi.value = 3.1415927;
    for (let i = 0; i < digits.length; i++) digits.update(i, (digit) => -digit);
  },
);
