/**
 * A pipe with two ends that both send and receive: main and a worker talk in turns.
 *
 *     deno task example:pipe_echo
 *
 * prints
 *
 *     Worker received: Main message 0
 *     Main received: Worker reply 0
 *     Worker received: Main message 1
 *     Main received: Worker reply 1
 *     Worker received: Main message 2
 *     Main received: Worker reply 2
 *
 * @module
 */
import { ActorSystem, pipe } from "@troupe/actors";
import { reply, ROUNDS } from "./worker.ts";

await using system = new ActorSystem();
const [mainEnd, workerEnd] = pipe<string>();
const replying = system.run(reply, workerEnd, "Worker");

for (let i = 0; i < ROUNDS; i++) {
  await mainEnd.send(`Main message ${i}`);
  console.log(`Main received: ${await mainEnd.receive()}`);
}
await replying;
mainEnd.close();
