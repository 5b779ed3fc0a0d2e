/**
 * One reader for many pipes: `select` says which ones have something, until all are closed.
 *
 *     deno task example:multiplex
 *
 * prints forty messages and four ends, mixed as they come:
 *
 *     ann: 0
 *     bob: 0
 *     ann: 1
 *     ...
 *     ann: end of data
 *     dan: 9
 *     dan: end of data
 *
 * @module
 */
import { ActorSystem, ChannelClosedError, pipe, type PipeEnd, select } from "@troupe/actors";
import { count, type Message } from "./worker.ts";

const NAMES = ["ann", "bob", "cleo", "dan"];

await using system = new ActorSystem({ workers: NAMES.length });
const counting: Promise<void>[] = [];
const readers = new Map<PipeEnd<never, Message>, string>();
for (const name of NAMES) {
  const [sender, receiver] = pipe.oneWay<Message>();
  counting.push(system.run(count, sender, name));
  readers.set(receiver, name);
}

while (readers.size > 0) {
  for (const reader of await select([...readers.keys()])) await readFrom(reader);
}
await Promise.all(counting);

async function readFrom(reader: PipeEnd<never, Message>): Promise<void> {
  try {
    const [number, name] = await reader.receive();
    console.log(`${name}: ${number}`);
  } catch (error) {
    if (!(error instanceof ChannelClosedError)) throw error;
    console.log(`${readers.get(reader)}: end of data`);
    readers.delete(reader);
  }
}
