/**
 * What a pool can do: one task, all at once, one after the other, in any order, and not for too long.
 *
 *     deno task example:pool_tour
 *
 * prints
 *
 *     Five workers map to 1, 4, 9
 *     10 squared is 100
 *     In order: 0, 1, 4, 9, 16, 25, 36, 49, 64, 81
 *     In any order, sorted: 0, 1, 4, 9, 16, 25, 36, 49, 64, 81
 *     20 squared is 400
 *     Ten seconds are too long: TimeoutError
 *     The pool still works: 0, then 1, then 4
 *     Cannot run task: the pool is closed
 *
 * @module
 */
import { Pool, task } from "@troupe/actors";

const square = task(import.meta, (n: number) => n * n);

/** Sleeps until it is not wanted any more. */
const sleep = task(import.meta, async (ms: number, signal: AbortSignal) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve());
  await promise;
  clearTimeout(timer);
});

if (import.meta.main) {
  {
    await using five = new Pool({ workers: 5 });
    console.log(`Five workers map to ${(await five.map(square, [1, 2, 3])).join(", ")}`);
    console.log(`10 squared is ${await five.run(square, 10)}`);
  }

  const pool = new Pool({ workers: 4 });
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  {
    await using _scope = pool; // At the end of the scope the pool closes.

    console.log(`In order: ${(await pool.map(square, numbers)).join(", ")}`);
    const squares = await Array.fromAsync(pool.imapUnordered(square, numbers));
    console.log(`In any order, sorted: ${squares.sort((a, b) => a - b).join(", ")}`);
    console.log(`20 squared is ${await pool.run(square, 20)}`);

    const signal = AbortSignal.timeout(1_000);
    const sleeping = pool.run(sleep.with({ signal }), 10_000, signal);
    const { name } = await sleeping.then(() => new Error(), (error) => error);
    console.log(`Ten seconds are too long: ${name}`);

    const lazily = pool.imap(square, numbers, { timeoutMs: 1_000 });
    const next = async () => (await lazily.next()).value;
    console.log(
      `The pool still works: ${await next()}, then ${await next()}, then ${await next()}`,
    );
  }
  await pool.run(square, 3).catch((error) => console.log(error.message));
}
