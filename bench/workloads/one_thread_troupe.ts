import { type ActorRef, ActorSystem } from "@troupe/actors";
import { type ActorLibrary, RING, type Works } from "./actor_work.ts";
import { player, sink } from "./actors.ts";
import { expectAll } from "../harness/check.ts";
import { collectGarbage } from "../harness/garbage.ts";
import { crowd, idle, ringMember, treeNode } from "./one_thread_actors.ts";

const BURST = 1000;
const message = { id: 1, name: "message", v: [1, 2, 3] };

/** The works of the one-thread group for Troupe, in a system without workers. */
export async function troupeActors(): Promise<ActorLibrary & AsyncDisposable> {
  const system = new ActorSystem({ workers: 0, shutdownMs: 60_000 });
  const ping = await system.spawn(player.with({ concurrency: 2 }));
  const pong = await system.spawn(player);
  await Promise.all([ping.ask.meet(pong), pong.ask.meet(ping)]);
  const counter = await system.spawn(sink);
  const burst = async (messages: number, send: () => void) => {
    await counter.ask.take();
    for (let sent = 0; sent < messages;) {
      const end = Math.min(messages, sent + BURST);
      for (; sent < end; sent++) send();
      await counter.ask.nothing();
    }
    expectAll(await counter.ask.take(), messages, "messages");
  };
  const works: Partial<Works> = {
    pingPong: (messages) => ping.ask.play(messages),
    count: (messages) => burst(messages, () => counter.tell.hit()),
    countObjects: (messages) => burst(messages, () => counter.tell.put(message)),
    async ask(asks) {
      await counter.ask.take();
      for (let index = 1; index <= asks; index++) await counter.ask.next();
      expectAll(await counter.ask.take(), asks, "asks");
    },
    async askMany(asks) {
      await counter.ask.take();
      for (let left = asks; left > 0; left -= BURST) {
        const flight = { length: Math.min(left, BURST) };
        await Promise.all(Array.from(flight, () => counter.ask.next()));
      }
      expectAll(await counter.ask.take(), asks, "asks");
    },
    spawn: spawnAll,
    async spawnStop(actors) {
      for (let index = 0; index < actors; index++) await (await system.spawn(sink)).stop();
    },
    ring: passRound,
    tree: addUp,
    big: greetAll,
    idle: weigh,
  };
  return {
    name: "Troupe",
    role: "troupe",
    works,
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

async function spawnAll(actors: number): Promise<number> {
  await using system = new ActorSystem({ workers: 0, shutdownMs: 60_000 });
  const start = performance.now();
  let last: ActorRef<{ count(): number }> | undefined;
  for (let index = 0; index < actors; index++) last = await system.spawn(sink);
  const took = performance.now() - start;
  expectAll(await last!.ask.count(), 0, "messages of the last actor");
  return took;
}

async function passRound(hops: number): Promise<number> {
  await using system = new ActorSystem({ workers: 0 });
  const member = ringMember.with({ concurrency: 2 });
  const ring = await Promise.all(Array.from({ length: RING }, () => system.spawn(member)));
  await Promise.all(ring.map((ref, index) => ref.ask.link(ring[(index + 1) % RING]!)));
  // The token of so many hops ends here, unless one was lost or made.
  const ended = ring[(hops - 1) % RING]!.with({ timeoutMs: 60_000 }).ask.ended();
  const start = performance.now();
  ring[0]!.tell.pass(hops);
  await ended;
  return performance.now() - start;
}

async function addUp(leaves: number): Promise<number> {
  await using system = new ActorSystem({ workers: 0, askTimeoutMs: 120_000 });
  const start = performance.now();
  const root = await system.spawn(treeNode.with({ concurrency: 2 }), null, 0, leaves);
  expectAll(await root.ask.total(), leaves * (leaves - 1) / 2, "sum of the leaves");
  return performance.now() - start;
}

async function greetAll(actors: number): Promise<number> {
  await using system = new ActorSystem({ workers: 0, askTimeoutMs: 60_000 });
  const member = crowd.with({ concurrency: 2 });
  const all = await Promise.all(Array.from({ length: actors }, () => system.spawn(member)));
  const start = performance.now();
  const answers = await Promise.all(all.map((ref) => ref.ask.greet(all)));
  const took = performance.now() - start;
  expectAll(answers.reduce((sum, each) => sum + each), actors * (actors - 1), "answers");
  return took;
}

async function weigh(actors: number): Promise<number> {
  await using system = new ActorSystem({ workers: 0, shutdownMs: 60_000 });
  collectGarbage();
  const before = Deno.memoryUsage().heapUsed;
  let last: ActorRef<{ get(): number }> | undefined;
  for (let index = 1; index <= actors; index++) last = await system.spawn(idle, index);
  collectGarbage();
  const bytes = (Deno.memoryUsage().heapUsed - before) / actors;
  expectAll(await last!.ask.get(), actors, "state of the last actor");
  return bytes;
}
