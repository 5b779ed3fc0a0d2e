/**
 * A list that tasks change from their workers: the tasks of a pool in place, five others by adding to it.
 *
 *     deno task example:managed_list
 *
 * prints, with the last numbers in any order before they are sorted:
 *
 *     The list is [3, 4], the results are [0, 1]
 *     Sorted: [0, 1, 2, 3, 4]
 *
 * @module
 */
import { ActorSystem, Pool, task } from "@troupe/actors";
import { type ManagedList, Manager } from "@troupe/actors/shared";

/** Changes one item, and gives back something else. */
const addTwo = task(import.meta, async (i: number, list: ManagedList<number>) => {
  await list.update(i, (item) => item + 2);
  return i * i;
});

const append = task(import.meta, (id: number, list: ManagedList<number>) => list.push(id));

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });
  {
    await using pool = new Pool({ system, workers: 2 });
    const list = await manager.list([1, 2]);
    const results = await pool.starmap(addTwo, [[0, list], [1, list]]);
    const items = (await list.toArray()).join(", ");
    console.log(`The list is [${items}], the results are [${results.join(", ")}]`);
  }
  const ids = await manager.list<number>();
  await Promise.all([0, 1, 2, 3, 4].map((id) => system.run(append, id, ids)));
  console.log(`Sorted: [${(await ids.toArray()).sort().join(", ")}]`);
}
