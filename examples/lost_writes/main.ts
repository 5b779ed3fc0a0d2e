/**
 * Five tasks add 1 to the same number and note what they have made of it. A read and a write of its own can lose what
 * others add in between; `update()` cannot, and neither can a lock.
 *
 *     deno task example:lost_writes
 *
 * prints, with any numbers from 1 to 5 in the first line:
 *
 *     At once: x = 2, items = [1, 1, 1, 2, 2]
 *     One after another: x = 5, items = [1, 2, 3, 4, 5]
 *     With a lock: x = 5, items = [1, 2, 3, 4, 5]
 *     With update(): x = 5, items = [1, 2, 3, 4, 5]
 *
 * @module
 */
import { ActorSystem } from "@troupe/actors";
import { Manager } from "@troupe/actors/shared";
import { addInOneStep, addLocked, addRacily, type Space } from "./worker.ts";

const TASKS = 5;

await using system = new ActorSystem({ workers: TASKS });
await using manager = new Manager({ system });

/** Runs the same on a new namespace, and prints what has become of it. */
async function show(title: string, run: (space: Space) => Promise<unknown>): Promise<void> {
  const items = await manager.list<number>();
  const space: Space = await manager.namespace({ x: 0, items });
  await run(space);
  const sorted = (await items.toArray()).sort();
  console.log(`${title}: x = ${await space.get("x")}, items = [${sorted.join(", ")}]`);
}

function atOnce(run: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: TASKS }, run));
}

const start = await manager.barrier(TASKS);
await show("At once", (space) => atOnce(() => system.run(addRacily, space, start)));
await show("One after another", async (space) => {
  for (let n = 0; n < TASKS; n++) await system.run(addRacily, space);
});
const lock = await manager.lock();
await show("With a lock", (space) => atOnce(() => system.run(addLocked, space, lock)));
await show("With update()", (space) => atOnce(() => system.run(addInOneStep, space)));
