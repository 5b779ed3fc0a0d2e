/**
 * Four tasks square a million numbers in place, each its own quarter of one named block.
 *
 *     deno task example:quarters
 *
 * prints
 *
 *     [ 0, 1, 4, 9, 16, 25, 36, 49, 64, 81 ]
 *     Element 249999: 62499500001
 *     Element 250000: 62500000000
 *     Element 999999: 999998000001
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { SharedMemory } from "@troupe/actors/shared";

const LENGTH = 1_000_000;
const TASKS = 4;

const square = task(import.meta, async (name: string, begin: number, end: number) => {
  using block = await SharedMemory.attach(name);
  const numbers = block.view("f64");
  for (let i = begin; i < end; i++) numbers[i]! **= 2;
});

if (import.meta.main) {
  await using system = new ActorSystem({ workers: TASKS });
  await using block = await SharedMemory.create("a million numbers", LENGTH * 8);
  const numbers = block.view("f64");
  for (let i = 0; i < LENGTH; i++) numbers[i] = i;

  const part = Math.floor(LENGTH / TASKS);
  await Promise.all(Array.from({ length: TASKS }, (_, i) => {
    const end = i === TASKS - 1 ? LENGTH : (i + 1) * part;
    return system.run(square, block.name, i * part, end);
  }));
  console.log(`[ ${numbers.slice(0, 10).join(", ")} ]`);
  for (const i of [249_999, 250_000, 999_999]) console.log(`Element ${i}: ${numbers[i]}`);
}
