/**
 * A task changes a map, a list and a set that the main program has made.
 *
 *     deno task example:managed_collections
 *
 * prints
 *
 *     Map(3) { 1 => "1", 2 => 2, 0.25 => null }
 *     9, 8, 7, 6, 5, 4, 3, 2, 1, 0
 *     Set(2) { "a", "b" }
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { type ManagedList, type ManagedMap, type ManagedSet, Manager } from "@troupe/actors/shared";

const change = task(
  import.meta,
  async (
    map: ManagedMap<number, unknown>,
    list: ManagedList<number>,
    set: ManagedSet<string>,
  ) => {
    await map.set(1, "1");
    await map.set(2, 2);
    await map.set(0.25, null);
    await list.reverse();
    await Promise.all([set.add("a"), set.add("b")]);
  },
);

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const map = await manager.map<number, unknown>();
  const list = await manager.list(Array(10).keys());
  const set = await manager.set<string>();
  await system.run(change, map, list, set);
  console.log(await map.toMap());
  console.log((await list.toArray()).join(", "));
  console.log(new Set(await set.values()));
}
