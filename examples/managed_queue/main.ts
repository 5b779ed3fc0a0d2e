/**
 * A queue that belongs to nobody: one task puts something in and ends, another one takes it out.
 *
 *     deno task example:managed_queue
 *
 * prints
 *
 *     hello
 *
 * @module
 */
import { ActorSystem, task } from "@troupe/actors";
import { type ManagedQueue, Manager } from "@troupe/actors/shared";

const put = task(import.meta, (queue: ManagedQueue<string>) => queue.send("hello"));
const take = task(import.meta, (queue: ManagedQueue<string>) => queue.receive());

if (import.meta.main) {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });
  const queue = await manager.queue<string>();
  await system.run(put.with({ on: "own" }), queue);
  console.log(await system.run(take, queue));
}
