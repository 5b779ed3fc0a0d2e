/**
 * What a module keeps, each worker keeps for itself: a worker changes its own copy, and nobody
 * else's. See `examples/give_back` for how a change comes back.
 *
 *     deno task example:isolation
 *
 * prints
 *
 *     Counter: 0
 *     Answer using first process: [25, 100, 225]
 *     Answer using main program: []
 *     Called here, A is [3, 4]
 *     Mapped by a pool to [0, 1], A is [1, 2]
 *
 * @module
 */
import { Pool, task } from "@troupe/actors";

let counter = 0;
const answer: number[] = [];
let A = [1, 2];

const count = task(import.meta, (times: number) => {
  for (let each = 0; each < times; each++) counter++;
  return counter;
});

const collect = task(import.meta, (numbers: number[]) => {
  for (const n of numbers) answer.push(n * n);
  console.log(`Answer using first process: ${textOf(answer)}`);
});

const square = task(import.meta, (i: number) => {
  A[i]! += 2;
  return i * i;
});

function textOf(list: number[]): string {
  return `[${list.join(", ")}]`;
}

if (import.meta.main) {
  await using pool = new Pool({ workers: 2, maxTasksPerWorker: 1 }); // A new worker for each item.

  const counts = await pool.map(count, [100_000, 100_000]);
  if (counts.some((count) => count !== 100_000)) throw new Error("Each worker counts from 0");
  console.log(`Counter: ${counter}`);

  await pool.run(collect, [5, 10, 15]);
  console.log(`Answer using main program: ${textOf(answer)}`);

  square(0);
  square(1);
  console.log(`Called here, A is ${textOf(A)}`);
  A = [1, 2];
  const squares = await pool.map(square, [0, 1]);
  console.log(`Mapped by a pool to ${textOf(squares)}, A is ${textOf(A)}`);
}
