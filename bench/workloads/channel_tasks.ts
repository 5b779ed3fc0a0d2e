import { type PipeEnd, type Queue, task, transfer } from "@troupe/actors";
import type { Message } from "./actors.ts";

/** Sends so many messages, one after the other. */
export const sendAll = task(import.meta, async (to: Queue<Message>, messages: number) => {
  for (let id = 0; id < messages; id++) await to.send({ id, name: "message", v: [1, 2, 3] });
});

/** Receives until the queue is closed; the result is how many came. */
export const receiveAll = task(import.meta, async (from: Queue<Message>) => {
  let count = 0;
  for await (const _ of from) count++;
  return count;
});

/** Sends back what comes. */
export const echo = task(import.meta, async (end: PipeEnd<unknown, unknown>) => {
  for await (const message of end) await end.send(message);
});

/** Sends back the buffers that come, moved. */
export const bounce = task(import.meta, async (end: PipeEnd<ArrayBuffer, ArrayBuffer>) => {
  for await (const buffer of end) await end.send(transfer(buffer, [buffer]));
});

/** Sends the buffers of one queue back by the other, moved. */
export const bounceQueues = task(
  import.meta,
  async (from: Queue<ArrayBuffer>, to: Queue<ArrayBuffer>) => {
    for await (const buffer of from) await to.send(transfer(buffer, [buffer]));
  },
);

/** Receives messages until a `null`, and says so. */
export const drain = task(
  import.meta,
  async (from: PipeEnd<number, Message | null>) => {
    let count = 0;
    for await (const message of from) {
      if (message !== null) count++;
      else await from.send(count);
    }
  },
);
