import { type Queue, task } from "@troupe/actors";

/** Sends the numbers from 1 to `last`, then closes the queue: nothing follows. */
export const produce = task(import.meta, async (numbers: Queue<number>, last: number) => {
  for (let n = 1; n <= last; n++) {
    await numbers.send(n);
    console.log(`Produced: ${n}`);
  }
  numbers.close();
});

/** Takes numbers until the queue is closed and empty. */
export const consume = task(import.meta, async (numbers: Queue<number>) => {
  for await (const n of numbers) console.log(`Consumed: ${n}`);
});
