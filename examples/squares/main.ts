/**
 * A worker that answers one request after the other over a pipe, until it is sent null.
 *
 *     deno task example:squares
 *
 * prints
 *
 *     3^2 = 9
 *     7^2 = 49
 *     11^2 = 121
 *     15^2 = 225
 *     20^2 = 400
 *
 * @module
 */
import { ActorSystem, pipe } from "@troupe/actors";
import { type Request, square } from "./worker.ts";

await using system = new ActorSystem();
const [client, server] = pipe<Request, number>();
const serving = system.run(square, server);

for (const n of [3, 7, 11, 15, 20]) {
  await client.send(n);
  console.log(`${n}^2 = ${await client.receive()}`);
}
await client.send(null);
await serving;
client.close();
