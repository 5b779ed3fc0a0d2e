/**
 * How a change comes back from a worker: the task returns it, and the main program applies it.
 *
 *     deno task example:give_back
 *
 * prints
 *
 *     Written back by index: A is [3, 4], the results are [0, 1]
 *     Replaced by the results: A is [3, 4]
 *
 * @module
 */
import { Pool, task } from "@troupe/actors";

const squareAndAdd = task(import.meta, (i: number, value: number) => ({
  result: i * i,
  i,
  value: value + 2,
}));

const addTwo = task(import.meta, (value: number) => value + 2);

if (import.meta.main) {
  await using pool = new Pool({ workers: 2 });

  const A = [1, 2];
  const results: number[] = [];
  for (const { result, i, value } of await pool.starmap(squareAndAdd, A.entries())) {
    A[i] = value;
    results.push(result);
  }
  console.log(`Written back by index: A is ${textOf(A)}, the results are ${textOf(results)}`);

  const replaced = await pool.map(addTwo, [1, 2]);
  console.log(`Replaced by the results: A is ${textOf(replaced)}`);
}

function textOf(list: number[]): string {
  return `[${list.join(", ")}]`;
}
