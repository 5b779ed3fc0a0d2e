import { type ActorRef, ActorSystem } from "@troupe/actors";
import { player, sink } from "./actors.ts";
import { compare } from "./measure.ts";

const MESSAGES = 500_000;
const ASKS = 100_000;
const SPAWNS = 50_000;
const message = { id: 1, name: "message", v: [1, 2, 3] };

/** The floor: a hand-written run queue that calls functions. */
async function bareQueue(messages: number): Promise<void> {
  const queue: { receiver: { hit(left: number): void }; left: number }[] = [];
  const ping = {
    hit: (left: number) => void (left > 0 && queue.push({ receiver: pong, left: left - 1 })),
  };
  const pong = {
    hit: (left: number) => void (left > 0 && queue.push({ receiver: ping, left: left - 1 })),
  };
  queue.push({ receiver: ping, left: messages });
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    item.receiver.hit(item.left);
  }
  await Promise.resolve();
}

/** Actors on one thread. */
export async function benchOneThread() {
  await using system = new ActorSystem({ workers: 0 });
  const ping = await system.spawn(player.with({ concurrency: 2 }));
  const pong = await system.spawn(player);
  await ping.ask.meet(pong);
  await pong.ask.meet(ping);
  const counter = await system.spawn(sink);

  await compare({
    title: "ping-pong in one thread",
    operations: MESSAGES,
    contenders: [
      { name: "hand-written run queue", run: () => bareQueue(MESSAGES) },
      { name: "tell", run: () => ping.ask.play(MESSAGES) },
    ],
  });

  await compare({
    title: "messages to one actor in one thread",
    operations: MESSAGES,
    contenders: [{
      name: "tell, no argument",
      run: () => burst(counter, () => counter.tell.nothing()),
    }, {
      name: "tell, an object",
      run: () => burst(counter, () => counter.tell.put(message)),
    }],
  });

  await compare({
    title: "asks in one thread",
    operations: ASKS,
    contenders: [{
      name: "one after the other",
      async run() {
        for (let index = 0; index < ASKS; index++) await counter.ask.count();
      },
    }, {
      name: "1000 in flight",
      async run() {
        for (let index = 0; index < ASKS; index += 1000) {
          await Promise.all(Array.from({ length: 1000 }, () => counter.ask.count()));
        }
      },
    }],
  });

  await using crowd = new ActorSystem({ workers: 0, shutdownMs: 60_000 });
  await compare({
    title: "spawn in one thread",
    operations: SPAWNS,
    contenders: [{
      name: "spawn",
      async run() {
        for (let index = 0; index < SPAWNS; index++) await crowd.spawn(sink);
      },
    }, {
      name: "spawn and stop",
      async run() {
        for (let index = 0; index < SPAWNS; index++) await (await system.spawn(sink)).stop();
      },
    }],
  });
}

async function burst(counter: ActorRef<{ count(): number }>, send: () => void): Promise<void> {
  for (let index = 0; index < MESSAGES; index += 1000) {
    for (let each = 0; each < 1000; each++) send();
    await counter.ask.count();
  }
}
