/**
 * Five tasks write into one map, each its own keys.
 *
 *     deno task example:managed_map
 *
 * prints
 *
 *     key_0: 0, key_1: 1, key_2: 4, key_3: 9, key_4: 16
 *     Total entries: 50 (expected 50)
 *     proc0_key0: 0
 *     proc0_key1: 0
 *     proc0_key2: 0
 *     proc0_key3: 0
 *     proc0_key4: 0
 *      ...
 *     proc2_key7: 14
 *     proc4_key9: 36
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { type ManagedMap, Manager } from "@troupe/actors/shared";

type Numbers = ManagedMap<string, number>;

const square = task(import.meta, (i: number, map: Numbers) => map.set(`key_${i}`, i * i));

const writeTen = task(import.meta, async (p: number, map: Numbers) => {
  for (let i = 0; i < 10; i++) await map.set(`proc${p}_key${i}`, i * p);
});

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });

  const squares = await manager.map<string, number>();
  await Promise.all([0, 1, 2, 3, 4].map((i) => system.run(square, i, squares)));
  const entries = (await squares.entries()).sort().map(([key, value]) => `${key}: ${value}`);
  console.log(entries.join(", "));

  const results = await manager.map<string, number>();
  await Promise.all([0, 1, 2, 3, 4].map((p) => system.run(writeTen, p, results)));
  console.log(`Total entries: ${await results.size()} (expected 50)`);
  for (const key of (await results.keys()).sort().slice(0, 5)) {
    console.log(`${key}: ${await results.get(key)}`);
  }
  console.log(" ...");
  for (const key of ["proc2_key7", "proc4_key9"]) console.log(`${key}: ${await results.get(key)}`);
}
