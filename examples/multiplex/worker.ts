import { type PipeEnd, task } from "@troupe/actors";

/** A number, and who has sent it. */
export type Message = [number: number, name: string];

/** Sends the numbers from 0 to 9, then closes the pipe. */
export const count = task(import.meta, async (sender: PipeEnd<Message, never>, name: string) => {
  for (let number = 0; number < 10; number++) await sender.send([number, name]);
  sender.close();
});
