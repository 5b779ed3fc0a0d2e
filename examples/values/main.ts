/**
 * A list of different things, null among them, over a queue and over a pipe.
 *
 *     deno task example:values
 *
 * prints
 *
 *     From the queue: [ 42, null, "hello" ]
 *     From the pipe: [ 42, null, "hello" ]
 *
 * @module
 */
import { ActorSystem, pipe, type PipeEnd, Queue, task } from "@troupe/actors";

type Values = (number | string | null)[];

const put = task(import.meta, async (queue: Queue<Values>) => {
  await queue.send([42, null, "hello"]);
});

const send = task(import.meta, async (sender: PipeEnd<Values, never>) => {
  await sender.send([42, null, "hello"]);
  sender.close(); // What was sent before is still received.
});

if (import.meta.main) {
  await using system = new ActorSystem();
  using queue = new Queue<Values>();
  const [sender, receiver] = pipe.oneWay<Values>();

  await Promise.all([system.run(put, queue), system.run(send, sender)]);
  console.log("From the queue:", await queue.receive());
  console.log("From the pipe:", await receiver.receive());
  receiver.close();
}
