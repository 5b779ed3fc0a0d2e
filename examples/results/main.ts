/**
 * Workers leave their results in a queue. They are all done before the first result is read:
 * nothing is lost, and nobody had to wait.
 *
 *     deno task example:results
 *
 * prints
 *
 *     { "0": 0, "1": 1, "2": 4, "3": 9, "4": 16 }
 *
 * @module
 */
import { ActorSystem, Queue, task } from "@troupe/actors";

type Result = [id: number, squared: number];

const square = task(import.meta, async (id: number, results: Queue<Result>) => {
  await results.send([id, id ** 2]);
});

if (import.meta.main) {
  const ids = [0, 1, 2, 3, 4];
  await using system = new ActorSystem({ workers: ids.length });
  using results = new Queue<Result>();

  await Promise.all(ids.map((id) => system.run(square, id, results)));

  results.close(); // What it holds can still be read.
  console.log(Object.fromEntries(await Array.fromAsync(results)));
}
