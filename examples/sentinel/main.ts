/**
 * The end of the work as an item of the queue: null is an item like any other, and here it says
 * "no more". The queue stays open. (`producer_consumer` shows the shorter way, `close()`.)
 *
 *     deno task example:sentinel
 *
 * prints, with the lines of the two workers mixed as it happens:
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
import { ActorSystem, Queue, task } from "@troupe/actors";

const NO_MORE = null;
type Item = number | typeof NO_MORE;

const produce = task(import.meta, async (items: Queue<Item>, last: number) => {
  for (let n = 1; n <= last; n++) {
    await items.send(n);
    console.log(`Produced: ${n}`);
  }
  await items.send(NO_MORE);
});

const consume = task(import.meta, async (items: Queue<Item>) => {
  for await (const item of items) {
    if (item === NO_MORE) break;
    console.log(`Consumed: ${item}`);
  }
});

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 2 });
  using items = new Queue<Item>();

  await Promise.all([
    system.run(produce, items, 5),
    system.run(consume, items),
  ]);
}
