import { type PipeEnd, task } from "@troupe/actors";

/** What goes through the pipe. */
export type Message = string | number[];

/** Sends two messages, then closes its end. */
export const talk = task(import.meta, async (sender: PipeEnd<Message, never>) => {
  await sender.send("Hello from sender!");
  await sender.send([1, 2, 3]);
  sender.close();
});

/** Prints what comes, until the sender has closed its end. */
export const listen = task(import.meta, async (receiver: PipeEnd<never, Message>) => {
  for await (const message of receiver) {
    const text = typeof message === "string" ? message : `[${message.join(", ")}]`;
    console.log(`Received: ${text}`);
  }
});
