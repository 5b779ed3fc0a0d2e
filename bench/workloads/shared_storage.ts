import { ActorSystem, Queue } from "@troupe/actors";
import { SharedArray, SharedQueue, SharedValue } from "@troupe/actors/shared";
import type { Message } from "./actors.ts";
import { expectAll } from "../harness/check.ts";
import { compare, type Contender } from "../harness/measure.ts";
import { sized } from "../harness/settings.ts";
import { receive, receiveSync, send, sendSync } from "./shared_storage_tasks.ts";

/** Shared numbers beside typed arrays, and queues in shared memory between two threads. */
export async function benchSharedStorage() {
  await benchArrays();
  await benchQueues();
}

async function benchArrays(): Promise<void> {
  const length = 1_000;
  const rounds = sized(2_000, 10);
  const plain = new Float64Array(new SharedArrayBuffer(8 * length));
  const shared = new SharedArray("f64", length);
  const value = new SharedValue("i32");
  const adds = (name: string, view: Float64Array, role?: "raw"): Contender => ({
    name,
    ...(role === undefined ? {} : { role }),
    run: () => Promise.resolve(addOne(view, rounds)),
  });
  await compare({
    title: "add 1 to each number of an array",
    operations: length * rounds,
    contenders: [
      adds("typed array over shared memory", plain, "raw"),
      adds("Troupe: SharedArray.view", shared.view),
      {
        name: "Troupe: SharedArray at() and set()",
        run: () => Promise.resolve(addOneChecked(shared, rounds / 10) * 10),
      },
    ],
  });
  const words = new Int32Array(new SharedArrayBuffer(4));
  const times = sized(1_000_000, 1_000);
  await compare({
    title: "add 1 to a number, in one step",
    operations: times,
    contenders: [
      {
        name: "Atomics.add",
        role: "raw",
        run: () => repeat(times, () => Atomics.add(words, 0, 1)),
      },
      { name: "Troupe: SharedValue.add", run: () => repeat(times, () => value.add(1)) },
    ],
  });
}

function addOne(view: Float64Array, rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < view.length; index++) view[index]! += 1;
  }
}

/** Gives the milliseconds that it took. */
function addOneChecked(array: SharedArray<"f64">, rounds: number): number {
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let index = 0; index < array.length; index++) array.set(index, array.at(index) + 1);
  }
  return performance.now() - start;
}

function repeat(times: number, step: () => void): Promise<void> {
  for (let time = 0; time < times; time++) step();
  return Promise.resolve();
}

async function benchQueues(): Promise<void> {
  await using system = new ActorSystem({ workers: 2 });
  const messages = sized(300_000, 1_000);
  const shared = () => new SharedQueue<Message>();
  const between = (name: string, sent: () => Promise<void>, received: () => Promise<number>) => ({
    name,
    run: async () => {
      const counting = received();
      await sent();
      expectAll(await counting, messages, "messages");
    },
  });
  let queue = shared();
  let other = new Queue<Message>({ capacity: 1_000 });
  await compare({
    title: "small objects, one sender and one receiver in two threads",
    operations: messages,
    rounds: 5,
    contenders: [
      between(
        "Troupe: SharedQueue, blocking",
        () => system.run(sendSync, queue, messages),
        () => system.run(receiveSync, queue = shared(), messages),
      ),
      between(
        "Troupe: SharedQueue",
        () => system.run(send, queue, messages),
        () => system.run(receive, queue = shared(), messages),
      ),
      between(
        "Troupe: Queue, capacity 1000",
        () => system.run(send, other, messages),
        () => system.run(receive, other = new Queue({ capacity: 1_000 }), messages),
      ),
    ],
  });
}

if (import.meta.main) await benchSharedStorage();
