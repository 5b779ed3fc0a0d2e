/**
 * Only what goes through a handle changes a managed object: a list inside of it that is no managed one is copied out,
 * and changed for good only when it is put back.
 *
 *     deno task example:nested_table
 *
 * prints
 *
 *     Before
 *       namespace { x: 1, y: [ 1 ], z: [ 1 ] }
 *       list      [ 1, [ 1 ], [ 1 ] ] and a managed list [ 1 ]
 *       map       [ 1, [ 1 ], [ 1 ] ] and a managed list [ 1 ]
 *     After
 *       namespace { x: 2, y: [ 1 ], z: [ 2 ] }
 *       list      [ 2, [ 1 ], [ 2 ] ] and a managed list [ 2 ]
 *       map       [ 2, [ 1 ], [ 2 ] ] and a managed list [ 2 ]
 *
 * @module
 */
import { ActorSystem } from "@troupe/actors";
import { type ManagedList, Manager } from "@troupe/actors/shared";
import { change, type Slot, type Space } from "./worker.ts";

await using system = new ActorSystem({ workers: 1 });
await using manager = new Manager({ system });

const space = await manager.namespace<Space>({ x: 1, y: [1], z: [1] });
const list = await manager.list<Slot>([1, [1], [1], await manager.list([1])]);
const map = await manager.map<number, Slot>([
  [0, 1],
  [1, [1]],
  [2, [1]],
  [3, await manager.list([1])],
]);

async function print(title: string): Promise<void> {
  console.log(title);
  console.log("  namespace", await space.toObject());
  for (
    const [name, slots] of [["list     ", list.toArray()], ["map      ", map.values()]] as const
  ) {
    const plain = await slots;
    const inner = plain.pop() as ManagedList<number>;
    console.log(`  ${name}`, plain, "and a managed list", await inner.toArray());
  }
}

await print("Before");
await system.run(change, space, list, map);
await print("After");
