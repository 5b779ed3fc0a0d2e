/**
 * Tasks of a pool change one shared array in place. Each worker gets the array once, by the pool's initializer, and each
 * task has an index of its own, so that no lock is needed.
 *
 *     deno task example:in_place
 *
 * prints
 *
 *     Squares: [ 0, 1 ]
 *     A: [ 3, 4 ]
 *
 * @module
 */
import { Pool, task } from "@troupe/actors";
import { SharedArray } from "@troupe/actors/shared";

let numbers: SharedArray<"i32">;

const use = task(import.meta, (shared: SharedArray<"i32">) => {
  numbers = shared;
});

const square = task(import.meta, (index: number) => {
  numbers.add(index, 2);
  return index * index;
});

if (import.meta.main) {
  const A = new SharedArray("i32", [1, 2]);
  await using pool = new Pool({ workers: 2, initializer: [use, A] });

  console.log("Squares:", await pool.map(square, [0, 1], { chunkSize: 1 }));
  console.log("A:", [...A]);
}
