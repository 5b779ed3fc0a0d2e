/**
 * A queue between two workers: one produces, the other one consumes until the queue is closed.
 *
 *     deno task example:producer_consumer
 *
 * prints, with the lines of the two mixed as it happens:
 *
 *     Produced: 1
 *     Produced: 2
 *     Consumed: 1
 *     ...
 *     Produced: 5
 *     Consumed: 5
 *
 * @module
 */
import { ActorSystem, Queue } from "@troupe/actors";
import { consume, produce } from "./worker.ts";

await using system = new ActorSystem({ workers: 2 });
using numbers = new Queue<number>();

await Promise.all([
  system.run(produce, numbers, 5),
  system.run(consume, numbers),
]);
