import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, Queue } from "../../../mod.ts";
import {
  below,
  calm,
  impatiently,
  Ledger,
  LOST,
  oneOf,
  retried,
  type Scenario,
  STORM,
} from "../scenario.ts";

interface Item {
  readonly sender: number;
  readonly number: number;
}

/** What receivers got, for the model: the modules are shared by all threads of a simulation. */
let received: Item[][] = [];

type User = ActorRef<{
  send(queue: Queue<Item>, sender: number, count: number): Promise<number>;
  receive(queue: Queue<Item>, receiver: number, timeoutMs: number): Promise<number>;
  make(capacity: number): Queue<Item>;
}>;

const user = actor(import.meta, () => {
  const kept: Queue<Item>[] = [];
  return {
    async send(queue: Queue<Item>, sender: number, count: number) {
      let sent = 0;
      for (let number = 1; number <= count; number++) {
        await impatiently((options) => queue.send({ sender, number }, options));
        sent++;
      }
      return sent;
    },
    receive,
    make(capacity: number) {
      const queue = new Queue<Item>({ capacity });
      kept.push(queue);
      return queue;
    },
  };
}).with({ concurrency: 100, restart: "temporary" });

/** Receives until the queue ends; a wait that comes to its limit takes nothing. */
async function receive(queue: Queue<Item>, receiver: number, timeoutMs: number): Promise<number> {
  const mine: Item[] = received[receiver] ??= [];
  for (;;) {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      mine.push(await queue.receive(below(2) === 0 ? { timeoutMs } : { signal }));
    } catch (error) {
      const { name } = error as Error;
      if (name === "ChannelClosedError") return mine.length;
      if (name !== "TimeoutError") throw error;
      timeoutMs *= 4;
    }
  }
}

const CUT = [...LOST, "ChannelClosedError"];

/** Without a lost receiver items of one sender come in order and once; none is lost without a loss. */
export const queues: Scenario = {
  name: "queues keep order and items",
  hosts: 3,
  faults: STORM,
  async run(world) {
    const system = world.system();
    received = [];
    const ledger = new Ledger();
    const isQuiet = below(3) === 0;
    if (isQuiet) world.calm();
    const users: User[] = [];
    for (let n = 0; n < 3; n++) users.push(await retried(() => system.spawn(user)));
    const capacity = oneOf([1, 2, 100]);
    const isHere = below(2) === 0;
    const queue = isHere ? new Queue<Item>({ capacity }) : await retried(async () => {
      const home = await retried(() => system.spawn(user));
      return await home.ask.make(capacity);
    });
    const receivers = 1 + below(3);
    const receiving = Array.from({ length: receivers }, (_, n) => {
      const timeoutMs = oneOf([1, 5, 30_000]);
      // One is here, and so is not lost: the senders do not wait for ever.
      const work = n === 0 || below(2) === 0
        ? receive(queue, n, timeoutMs)
        : oneOf(users).ask.receive(queue, n, timeoutMs);
      return ledger.add("receive", work, ...CUT);
    });
    const count = capacity === 100 ? below(300) : 10 + below(10);
    const senders = 1 + below(3);
    const sent = await Promise.all(
      Array.from(
        { length: senders },
        (_, n) => ledger.add("send", oneOf(users).ask.send(queue, n, count), ...CUT),
      ),
    );
    queue.close();
    const ends = await Promise.all(receiving);
    await ledger.settle(world, 120_000);
    // What a lost receiver had not taken goes to another one, late.
    const isAnyLost = ends.some((outcome) => "error" in outcome);
    for (const items of isAnyLost ? [] : received) {
      for (let sender = 0; sender < senders; sender++) {
        const numbers = (items ?? []).filter((item) => item.sender === sender)
          .map(({ number }) => number);
        assertEquals(numbers, numbers.toSorted((a, b) => a - b), "out of order");
      }
    }
    const all = received.flat().map(({ sender, number }) => `${sender}:${number}`);
    // One that was taken in the last turn of a lost receiver may come again.
    if (!isAnyLost) assertEquals(new Set(all).size, all.length, "an item came twice");
    const nobodyFailed = [...sent, ...ends].every((outcome) => "value" in outcome);
    if (isQuiet) assert(nobodyFailed, "failed without a fault");
    // A receiver that was lost may have had some.
    if (isQuiet) assertEquals(all.length, senders * count, "items are lost");
    await calm(world);
  },
};
