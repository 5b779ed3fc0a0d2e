/**
 * A pipe between two workers. Main makes it, gives both ends away, and is no part of it any more.
 *
 *     deno task example:pipe_hello
 *
 * prints
 *
 *     Received: Hello from sender!
 *     Received: [1, 2, 3]
 *
 * @module
 */
import { ActorSystem, pipe } from "@troupe/actors";
import { listen, type Message, talk } from "./worker.ts";

await using system = new ActorSystem({ workers: 2 });
const [sender, receiver] = pipe.oneWay<Message>();

await Promise.all([
  system.run(talk, sender),
  system.run(listen, receiver),
]);
