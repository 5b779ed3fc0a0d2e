import { type PipeEnd, task } from "@troupe/actors";

/** How many messages go each way. */
export const ROUNDS = 3;

/** Answers each message, then closes its end. */
export const reply = task(import.meta, async (end: PipeEnd<string, string>, name: string) => {
  for (let i = 0; i < ROUNDS; i++) {
    console.log(`${name} received: ${await end.receive()}`);
    await end.send(`${name} reply ${i}`);
  }
  end.close();
});
