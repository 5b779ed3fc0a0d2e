import { ActorSystem, pipe, Queue, transfer } from "@troupe/actors";
import type { Message } from "./actors.ts";
import { bounce, bounceQueues, drain, echo, receiveAll, sendAll } from "./channel_tasks.ts";
import { compare, median } from "./measure.ts";
import { runPython } from "./python.ts";

const ITEMS = 200_000;
const ROUND_TRIPS = 3_000;
const MESSAGES = 50_000;
const MOVES = 20;
const ROUNDS = 5;
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
  const rates: number[] = [];
  const python: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const queue = new Queue<Message>({ capacity: 1000 });
    const start = performance.now();
    const receivers = [system.run(receiveAll, queue), system.run(receiveAll, queue)];
    await Promise.all([
      system.run(sendAll, queue, ITEMS / 2),
      system.run(sendAll, queue, ITEMS / 2),
    ]);
    queue.close();
    const counts = await Promise.all(receivers);
    const rate = ITEMS / (performance.now() - start) * 1000;
    if (counts[0]! + counts[1]! !== ITEMS) throw new Error(`Received ${counts} of ${ITEMS}`);
    const other = await runPython("queue", ITEMS / 4);
    if (round < 0) continue;
    rates.push(rate);
    if (other !== null) python.push(other);
  }
  report("queue: 2 senders and 2 receivers in four threads, capacity 1000", rates, python);
}

async function benchPingPong(system: ActorSystem): Promise<void> {
  const raw = new Worker(new URL("./raw_worker.ts", import.meta.url), { type: "module" });
  const [left, right] = pipe<Message>();
  const echoing = system.run(echo, right);
  const message = { id: 1, name: "message", v: [1, 2, 3] };
  await compare({
    title: "pipe: round trips, one after the other",
    operations: ROUND_TRIPS,
    contenders: [{
      name: "postMessage",
      async run() {
        for (let id = 0; id < ROUND_TRIPS; id++) {
          const reply = new Promise((resolve) => raw.onmessage = resolve);
          raw.postMessage({ kind: "echo", id, message });
          await reply;
        }
      },
    }, {
      name: "pipe",
      async run() {
        for (let id = 0; id < ROUND_TRIPS; id++) {
          await left.send(message);
          await left.receive();
        }
      },
    }],
  });
  await reportPython("ping-pong", ROUND_TRIPS);
  left.close();
  await echoing;
  raw.terminate();
}

async function benchStream(system: ActorSystem): Promise<void> {
  const raw = new Worker(new URL("./raw_worker.ts", import.meta.url), { type: "module" });
  const [left, right] = pipe<Message | null, number>();
  const draining = system.run(drain, right);
  await compare({
    title: "pipe: one-way messages, main -> worker",
    operations: MESSAGES,
    contenders: [{
      name: "postMessage",
      async run() {
        for (let id = 0; id < MESSAGES; id++) {
          raw.postMessage({ kind: "put", message: { id, name: "message", v: [1, 2, 3] } });
        }
        const counted = new Promise((resolve) => raw.onmessage = resolve);
        raw.postMessage({ kind: "count" });
        await counted;
      },
    }, {
      name: "pipe",
      async run() {
        for (let id = 0; id < MESSAGES; id++) {
          await left.send({ id, name: "message", v: [1, 2, 3] });
        }
        await left.send(null);
        await left.receive();
      },
    }],
  });
  await reportPython("stream", MESSAGES);
  left.close();
  await draining;
  raw.terminate();
}

async function benchMoves(system: ActorSystem): Promise<void> {
  const [left, right] = pipe<ArrayBuffer>();
  const there = new Queue<ArrayBuffer>();
  const back = new Queue<ArrayBuffer>();
  const tasks = [system.run(bounce, right), system.run(bounceQueues, there, back)];
  const contenders = [1, 64].flatMap((size) => {
    let buffer = new ArrayBuffer(size * MEBIBYTE);
    return [{
      name: `pipe, ${size} MiB`,
      async run() {
        for (let move = 0; move < MOVES; move++) {
          await left.send(transfer(buffer, [buffer]));
          buffer = await left.receive();
        }
      },
    }, {
      name: `queue, ${size} MiB`,
      async run() {
        for (let move = 0; move < MOVES; move++) {
          await there.send(transfer(buffer, [buffer]));
          buffer = await back.receive();
        }
      },
    }];
  });
  await compare({
    title: "a buffer there and back, moved",
    operations: MOVES,
    rounds: 21,
    contenders,
  });
  left.close();
  there.close();
  await Promise.all(tasks);
  back.close();
}

async function reportPython(name: string, operations: number): Promise<void> {
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const rate = await runPython(name, operations);
    if (rate === null) return;
    rates.push(rate);
  }
  console.log(`  ${"multiprocessing.Pipe".padEnd(34)} ${show(median(rates))}`);
}

function report(title: string, rates: number[], python: number[]): void {
  console.log(`\n${title}`);
  console.log(`  ${"Queue".padEnd(34)} ${show(median(rates))}`);
  if (python.length === 0) return;
  const ratio = median(rates.map((rate, round) => rate / python[round]!));
  console.log(`  ${"multiprocessing.Queue".padEnd(34)} ${show(median(python))}`);
  console.log(`  Queue / multiprocessing.Queue: x${ratio.toFixed(2)}`);
}

function show(rate: number): string {
  return `${Math.round(rate).toLocaleString("en-US").padStart(12)}/s`;
}
