import { assertEquals, assertRejects } from "@std/assert";
import { type ActorRef, ActorSystem, pipe, Pool, Queue, Supervisor, transfer } from "../../mod.ts";
import { ends, take } from "../fixtures/routes.ts";
import { within } from "../testing.ts";

interface Place {
  readonly system: ActorSystem;
  readonly supervisor: Supervisor;
  readonly pool: Pool;
  readonly ref: ActorRef<Awaited<ReturnType<typeof ends.setup>>>;
}

/** Everything that takes a value which may give something away. */
const ROUTES: { what: string; send(place: Place, value: unknown): unknown }[] = [
  { what: "tell", send: ({ ref }, value) => ref.tell.keep(value) },
  { what: "ask", send: ({ ref }, value) => ref.ask.take(value) },
  { what: "stream", send: ({ ref }, value) => Array.fromAsync(ref.stream.yieldBack(value)) },
  { what: "spawn", send: ({ system }, value) => system.spawn(ends, value) },
  {
    what: "spawn, own",
    send: ({ system }, value) => system.spawn(ends.with({ on: "own" }), value),
  },
  { what: "supervised", send: ({ supervisor }, value) => supervisor.spawn(ends, value) },
  { what: "run", send: ({ system }, value) => system.run(take, value) },
  { what: "pool", send: ({ pool }, value) => pool.run(take, value) },
  { what: "map", send: ({ pool }, value) => pool.map(take, [value]) },
  { what: "imap", send: ({ pool }, value) => Array.fromAsync(pool.imap(take, [value])) },
  {
    what: "queue",
    async send(_place, value) {
      using queue = new Queue<unknown>();
      await queue.send(value);
    },
  },
  {
    what: "pipe",
    async send(_place, value) {
      const [left, right] = pipe<unknown>();
      using _left = left;
      using _right = right;
      await left.send(value);
    },
  },
];

const PLACES = [
  { what: "the same thread", workers: 0, worker: "web" },
  { what: "a web worker", workers: 1, worker: "web" },
  { what: "a thread", workers: 1, worker: "thread" },
] as const;

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return port1;
}

Deno.test.each(PLACES)("A port and a stream stay usable when a message to $what is refused", async (
  { workers, worker },
  t,
) => {
  await using system = new ActorSystem({ workers, worker });
  await using pool = new Pool({ workers, system });
  await using supervisor = new Supervisor({ system });
  const place = { system, pool, supervisor, ref: await system.spawn(ends) };
  const { port1, port2 } = new MessageChannel();
  const stream = ReadableStream.from(["still here"]);
  for (const { what, send } of ROUTES) {
    await t.step(what, async () => {
      const list = [port1, stream, closedPort()];
      const sent = async () => await send(place, transfer({ list }, list));
      const refusal = "is given a closed MessagePort to move";
      await within(10_000, what, assertRejects(sent, TypeError, refusal));
    });
  }
  const heard = Promise.withResolvers<unknown>();
  port2.onmessage = ({ data }) => heard.resolve(data);
  port1.postMessage("still here");
  assertEquals(await within(20_000, "a message", heard.promise), "still here");
  assertEquals(await Array.fromAsync(stream), ["still here"]);
  port1.close();
  port2.close();
});
