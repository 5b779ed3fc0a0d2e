/**
 * Named values for all threads: each is shared as a whole, so what is inside of one is a copy until it is set again.
 *
 *     deno task example:managed_namespace
 *
 * prints
 *
 *     Numbers: { x: 1, y: 2 } -> { x: 10, y: 20 }
 *     Lists, changed in place: { x: [], y: [] } -> { x: [], y: [] }
 *     Lists, x set again: { x: [], y: [] } -> { x: [ 10 ], y: [] }
 *     Shared: { x: 10, y: "hello" } only here: 12.3, there: undefined
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { type ManagedNamespace, Manager } from "@troupe/actors/shared";

type Numbers = ManagedNamespace<{ x: number; y: number }>;
type Lists = ManagedNamespace<{ x: number[]; y: number[] }>;
type Mixed = ManagedNamespace<{ x: number; y: string; _z: number }>;

const timesTen = task(import.meta, async (space: Numbers) => {
  await space.set("x", await space.get("x") * 10);
  await space.set("y", await space.get("y") * 10);
});

const changeCopies = task(import.meta, async (space: Lists) => {
  (await space.get("x")).push(10);
  (await space.get("y")).push(10);
});

const setAgain = task(import.meta, async (space: Lists) => {
  const x = await space.get("x");
  x.push(10);
  await space.set("x", x);
});

const readOwn = task(import.meta, (space: Mixed) => space.get("_z"));

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });

  const numbers: Numbers = await manager.namespace({ x: 1, y: 2 });
  const before = await numbers.toObject();
  await system.run(timesTen, numbers);
  console.log("Numbers:", before, "->", await numbers.toObject());

  const lists: Lists = await manager.namespace<{ x: number[]; y: number[] }>({ x: [], y: [] });
  const empty = await lists.toObject();
  await system.run(changeCopies, lists);
  console.log("Lists, changed in place:", empty, "->", await lists.toObject());
  await system.run(setAgain, lists);
  console.log("Lists, x set again:", empty, "->", await lists.toObject());

  const mixed = await manager.namespace<{ x: number; y: string; _z: number }>();
  await Promise.all([mixed.set("x", 10), mixed.set("y", "hello"), mixed.set("_z", 12.3)]);
  const [shared, here] = [await mixed.toObject(), await mixed.get("_z")];
  console.log("Shared:", shared, `only here: ${here}, there: ${await system.run(readOwn, mixed)}`);
}
