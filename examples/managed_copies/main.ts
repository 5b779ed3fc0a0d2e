/**
 * What comes out of a managed object: copies of what is plain, handles of what is managed.
 *
 *     deno task example:managed_copies
 *
 * prints
 *
 *     [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]
 *     16 [4, 9, 16]
 *     Equal to a plain list: false, its copy: true
 *     a[0]: [hello], b: [hello]
 *     { a: 1, b: 2 } { c: 3, z: 26 }
 *     Changed: {} put back: { a: 1 }
 *
 * @module
 */
import { equal } from "@std/assert";
import { type ManagedList, type ManagedMap, Manager } from "@troupe/actors/shared";

await using manager = new Manager();

const squares = await manager.list(Array.from({ length: 10 }, (_, n) => n * n));
const copy = await squares.toArray();
console.log(`[${copy.join(", ")}]`);
console.log(await squares.at(4), `[${(await squares.slice(2, 5)).join(", ")}]`);
const plain = [0, 1, 4, 9, 16, 25, 36, 49, 64, 81];
console.log(`Equal to a plain list: ${equal(squares, plain)}, its copy: ${equal(copy, plain)}`);

const b = await manager.list<string>();
const a = await manager.list<ManagedList<string>>([b]);
await b.push("hello");
const first = (await a.at(0))!;
console.log(`a[0]: [${await first.toArray()}], b: [${await b.toArray()}]`);

type Numbers = ManagedMap<string, number>;
const maps = await manager.list<Numbers>([
  await manager.map([["a", 1]]),
  await manager.map([["c", 3]]),
]);
await (await maps.at(0))!.set("b", 2);
await (await maps.at(1))!.set("z", 26);
const objects = (await maps.toArray()).map(async (map) => Object.fromEntries(await map.entries()));
console.log(...await Promise.all(objects));

const list = await manager.list<Record<string, number>>([{}]);
const item = (await list.at(0))!;
item.a = 1;
const changed = await list.at(0);
await list.set(0, item);
console.log("Changed:", changed, "put back:", await list.at(0));
