/**
 * Values and bytes through the same pipe: bytes arrive as they are, in an array of their own or in a
 * buffer that is there already.
 *
 *     deno task example:bytes
 *
 * prints
 *
 *     The worker received [ 1, "hello", null ]
 *     Main received "thank you"
 *     The worker received 20 bytes: 0 1 2 3 4 0 0 0 0 0
 *
 * @module
 */
import { ActorSystem, pipe } from "@troupe/actors";
import { type Message, receive } from "./worker.ts";

await using system = new ActorSystem();
const [mainEnd, workerEnd] = pipe<Message, Uint8Array>();
const receiving = system.run(receive, workerEnd);

await mainEnd.send([1, "hello", null]);
const thanks = await mainEnd.receive();
console.log(`Main received "${new TextDecoder().decode(thanks)}"`);

await mainEnd.sendBytes(Int32Array.of(0, 1, 2, 3, 4));
await receiving;
mainEnd.close();
