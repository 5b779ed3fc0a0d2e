/**
 * The smallest program with a worker: it greets. Then several greet at the same time, through a queue.
 *
 *     deno task example:greet
 *
 * prints, the last three in any order
 *
 *     hello bob
 *     hello from a queue, ann
 *     hello from a queue, cleo
 *     hello from a queue, dan
 *
 * @module
 */
import { Pool, Queue, task } from "@troupe/actors";

const greet = task(import.meta, (name: string) => console.log(`hello ${name}`));

const greetLater = task(import.meta, async (name: string, results: Queue<string>) => {
  await results.send(`hello from a queue, ${name}`);
});

if (import.meta.main) {
  await using pool = new Pool();
  await pool.run(greet, "bob");

  using results = new Queue<string>();
  const names = ["ann", "cleo", "dan"];
  await Promise.all(names.map((name) => pool.run(greetLater, name, results)));
  results.close(); // What it holds can still be read.
  for await (const result of results) console.log(result);
}
