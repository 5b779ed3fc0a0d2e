import { actor, keyed } from "@troupe/actors";

/** Counts; found by its key. */
export const keyedCounter = keyed(import.meta, { kind: "bench-counter" }, () => {
  let count = 0;
  return { increment: () => ++count };
});

/** The same, started. */
export const spawnedCounter = actor(import.meta, () => {
  let count = 0;
  return { increment: () => ++count };
});

/** The same with at most so many active. */
export const fewCounters = keyed(
  import.meta,
  { kind: "bench-few", maxActive: 10_000 },
  () => {
    let count = 0;
    return { increment: () => ++count };
  },
);

/** Counts, and the count is on disk when it answers. */
export const durableCounter = keyed(
  import.meta,
  { kind: "bench-durable", state: () => ({ count: 0 }) },
  (context) => ({ increment: () => ++context.state.count }),
);
