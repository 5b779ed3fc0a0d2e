/**
 * Four tasks count to 50 000 each on one number, first with a lock, then without one.
 *
 *     deno task example:lost_updates
 *
 * prints, with any number from 1 to 200000 in the second line:
 *
 *     With lock: 200000 (expected 200000)
 *     Without lock: 118731 (may be < 200000)
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { SharedValue } from "@troupe/actors/shared";

const WORKERS = 4;
const TIMES = 50_000;

const count = task(
  import.meta,
  (counter: SharedValue<"i32">, isLocked: boolean, started: SharedValue<"i32">) => {
    started.add(1);
    while (started.value < WORKERS); // All at once.
    for (let i = 0; i < TIMES; i++) {
      using _guard = isLocked ? counter.lock.acquireSync() : null;
      counter.value += 1;
    }
  },
);

async function total(system: ActorSystem, isLocked: boolean): Promise<number> {
  const counter = new SharedValue("i32");
  const started = new SharedValue("i32");
  const tasks = Array.from({ length: WORKERS }, () => {
    return system.run(count, counter, isLocked, started);
  });
  await Promise.all(tasks);
  return counter.value;
}

if (import.meta.main) {
  await using system = new ActorSystem({ workers: WORKERS });
  const expected = WORKERS * TIMES;
  console.log(`With lock: ${await total(system, true)} (expected ${expected})`);
  console.log(`Without lock: ${await total(system, false)} (may be < ${expected})`);
}
