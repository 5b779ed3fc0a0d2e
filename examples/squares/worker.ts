import { type PipeEnd, task } from "@troupe/actors";

/** A number to square; null when there are no more. */
export type Request = number | null;

/** Answers each number with its square, until null comes. */
export const square = task(import.meta, async (server: PipeEnd<number, Request>) => {
  for await (const n of server) {
    if (n === null) break;
    await server.send(n ** 2);
  }
  server.close();
});
