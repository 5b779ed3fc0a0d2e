/**
 * Arrays of numbers that tasks change in place: with and without a lock.
 *
 *     deno task example:shared_array
 *
 * prints
 *
 *     From values: [ 1, 2, 3, 4, 5 ]
 *     By length: [ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 ]
 *     Filled by a task: [ 10, 11, 12, 13, 14 ]
 *     Incremented by ten tasks: [ 10, 10, 10, 10, 10 ]
 *     Changed by a task: 3.1415927 [ 0, -1, -2, -3, -4, -5, -6, -7, -8, -9 ]
 *
 * @module
 */
import { ActorSystem } from "@troupe/actors";
import { SharedArray, SharedValue } from "@troupe/actors/shared";
import { change, fill, increment } from "./worker.ts";

await using system = new ActorSystem({ workers: 2 });

/** On one line, however many there are. */
function show(array: Iterable<number>): string {
  return `[ ${[...array].join(", ")} ]`;
}

console.log(`From values: ${show(new SharedArray("i32", [1, 2, 3, 4, 5]))}`);
console.log(`By length: ${show(new SharedArray("f64", 10))}`);

const doubles = new SharedArray("f64", 5);
await system.run(fill, doubles);
console.log(`Filled by a task: ${show(doubles)}`);

const counts = new SharedArray("i32", 5);
await Promise.all(Array.from({ length: 10 }, () => system.run(increment, counts)));
console.log(`Incremented by ten tasks: ${show(counts)}`);

const pi = new SharedValue("f64");
const digits = new SharedArray("i32", Array.from({ length: 10 }, (_, i) => i));
await system.run(change, pi, digits);
console.log(`Changed by a task: ${pi} ${show(digits)}`);
