import { ActorSystem, pipe, Queue, transfer } from "@troupe/actors";
import { peersOf, startPeers } from "../harness/absent.ts";
import type { Message } from "./actors.ts";
import { bounce, bounceQueues, drain, echo, receiveAll, sendAll } from "./channel_tasks.ts";
import { expectAll } from "../harness/check.ts";
import { compare, type Contender } from "../harness/measure.ts";
import { RawWorker } from "./raw.ts";
import { sized } from "../harness/settings.ts";

const CAPACITY = 1000;
const MEBIBYTE = 2 ** 20;

/** Queue and pipe between threads, beside bare ports and beside Python where there is one. */
export async function benchChannels() {
  await using system = new ActorSystem({ workers: 4 });
  await benchQueue(system);
  await benchPingPong(system);
  await benchStream(system);
  await benchMoves(system);
}

async function benchQueue(system: ActorSystem): Promise<void> {
  const items = sized(200_000, 1_000);
  await compare({
    title: `queue: 2 senders and 2 receivers in four threads, capacity ${CAPACITY}`,
    operations: items,
    rounds: 5,
    contenders: [{
      name: "Troupe: Queue",
      async run() {
        const queue = new Queue<Message>({ capacity: CAPACITY });
        const receivers = [system.run(receiveAll, queue), system.run(receiveAll, queue)];
        await Promise.all([
          system.run(sendAll, queue, items / 2),
          system.run(sendAll, queue, items / 2),
        ]);
        queue.close();
        const [one, two] = await Promise.all(receivers);
        expectAll(one! + two!, items, "items");
      },
    }, ...await startPeers(await peersOf<Contender>("python", "queue", items, items / 4))],
  });
}

async function benchPingPong(system: ActorSystem): Promise<void> {
  const roundTrips = sized(3_000, 50);
  using raw = new RawWorker();
  const [left, right] = pipe<Message>();
  const echoing = system.run(echo, right);
  const message = { id: 1, name: "message", v: [1, 2, 3] };
  await compare({
    title: "pipe: round trips, one after the other",
    operations: roundTrips,
    contenders: [{
      name: "postMessage",
      role: "raw",
      async run() {
        for (let id = 0; id < roundTrips; id++) {
          expectAll(
            (await raw.call<{ id: number }>({ kind: "echo", id, message })).id,
            id,
            "reply",
          );
        }
      },
    }, {
      name: "Troupe: pipe",
      async run() {
        for (let id = 0; id < roundTrips; id++) {
          await left.send({ ...message, id });
          expectAll((await left.receive()).id, id, "reply");
        }
      },
    }, ...await startPeers(await peersOf<Contender>("python", "ping-pong", roundTrips))],
  });
  left.close();
  await echoing;
}

async function benchStream(system: ActorSystem): Promise<void> {
  const messages = sized(50_000, 1_000);
  using raw = new RawWorker();
  const [left, right] = pipe<Message | null, number>();
  const draining = system.run(drain, right);
  let received = 0;
  await compare({
    title: "pipe: one-way messages, main -> worker",
    operations: messages,
    contenders: [{
      name: "postMessage",
      role: "raw",
      run: async () => expectAll(await raw.put(messages, 1), messages, "messages"),
    }, {
      name: "Troupe: pipe",
      async run() {
        for (let id = 0; id < messages; id++) {
          await left.send({ id, name: "message", v: [1, 2, 3] });
        }
        await left.send(null);
        const before = received;
        received = await left.receive();
        expectAll(received - before, messages, "messages");
      },
    }, ...await startPeers(await peersOf<Contender>("python", "stream", messages))],
  });
  left.close();
  await draining;
}

async function benchMoves(system: ActorSystem): Promise<void> {
  const moves = sized(20, 2);
  const [left, right] = pipe<ArrayBuffer>();
  const there = new Queue<ArrayBuffer>();
  const back = new Queue<ArrayBuffer>();
  const tasks = [system.run(bounce, right), system.run(bounceQueues, there, back)];
  const contender = (name: string, mebibytes: number, move: Move): Contender => {
    let buffer = new ArrayBuffer(mebibytes * MEBIBYTE);
    return {
      name: `Troupe: ${name}, ${mebibytes} MiB`,
      async run() {
        for (let moved = 0; moved < moves; moved++) buffer = await move(buffer);
        expectAll(buffer.byteLength, mebibytes * MEBIBYTE, "bytes");
      },
    };
  };
  await compare({
    title: "a buffer there and back, moved",
    operations: moves,
    rounds: 21,
    contenders: [1, 64].flatMap((mebibytes) => [
      contender("pipe", mebibytes, async (buffer) => {
        await left.send(transfer(buffer, [buffer]));
        return await left.receive();
      }),
      contender("queue", mebibytes, async (buffer) => {
        await there.send(transfer(buffer, [buffer]));
        return await back.receive();
      }),
    ]),
  });
  left.close();
  there.close();
  await Promise.all(tasks);
  back.close();
}

type Move = (buffer: ArrayBuffer) => Promise<ArrayBuffer>;
