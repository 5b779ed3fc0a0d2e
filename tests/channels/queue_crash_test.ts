import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ActorSystem, ChannelClosedError, HostLostError, Queue } from "../../mod.ts";
import { peerOn, PEERS, QueueWorker, startWaiting } from "../fixtures/queue_peer.ts";
import { sendAll } from "../fixtures/queue_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

/** How a worker ends. */
const ENDS = [
  { end: "is terminated", kill: (worker: QueueWorker) => worker.terminate() },
  { end: "closes itself", kill: (worker: QueueWorker) => void worker.call("die") },
];

async function takeAll<T>(queue: Queue<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  while (items.length < count) items.push(await queue.receive({ timeoutMs: 5_000 }));
  return items;
}

async function full<T>(...items: T[]): Promise<Queue<T>> {
  const queue = new Queue<T>({ capacity: items.length });
  for (const item of items) await queue.send(item);
  return queue;
}

simulated.each(ENDS)(
  "Queue gives nothing to a receiver that $end while it waits",
  async ({ kill }) => {
    for (let round = 0; round < 8; round++) {
      using queue = new Queue<number>();
      using worker = new QueueWorker(queue);
      for (let wait = 0; wait < 3; wait++) await startWaiting(worker, "receive");
      kill(worker);
      // From at once to after the end was noticed.
      for (let pause = 0; pause < round; pause++) await queue.size();
      if (round > 5) await new Promise((resolve) => setTimeout(resolve, round * 10));
      for (let item = 0; item < 5; item++) await queue.send(item);
      // In which order they come where they were not meant to go is open.
      const items = await takeAll(queue, 5);
      assertEquals(items.toSorted(), [0, 1, 2, 3, 4]);
    }
  },
);

simulated.each(ENDS)("Queue is blocked by no sender that $end while it waits", async ({ kill }) => {
  for (let round = 0; round < 5; round++) {
    using queue = await full("held");
    using worker = new QueueWorker(queue);
    for (let wait = 0; wait < 3; wait++) await startWaiting(worker, "send", "of the dead");
    const next = queue.send("next");
    kill(worker);
    const items: string[] = [];
    while (items.at(-1) !== "next") items.push(...await takeAll(queue, 1));
    await within(20_000, "the send", next);
    assertEquals(items.filter((item) => item !== "of the dead"), ["held", "next"]);
    await until(20_000, "room", () => queue.trySend("last"));
    assertEquals(await takeAll(queue, 1), ["last"]);
  }
});

simulated.each(ENDS)("Queue has all its places again when a busy sender $end", async ({ kill }) => {
  for (let round = 0; round < 5; round++) {
    using queue = new Queue<unknown>({ capacity: 4 });
    using worker = new QueueWorker(queue);
    worker.call("produceUntilClosed", "dead").catch(() => {});
    await takeAll(queue, 20 * (round + 1));
    kill(worker);
    let last = -1;
    const drain = async () => {
      for (;;) {
        const result = await queue.tryReceive();
        if (result.state !== "ok") return;
        const index = (result.value as [string, number])[1];
        assert(index > last, "the order of the dead one's items");
        last = index;
      }
    };
    const isFree = async () => {
      await drain();
      return await queue.size() === 0 && await queue.trySend(["own", Infinity]);
    };
    await until(20_000, "a place", isFree);
    await until(20_000, "the item", async () => (await queue.tryReceive()).state === "ok");
    for (let place = 0; place < 4; place++) await queue.send(place, { timeoutMs: 5_000 });
    assertEquals(await queue.trySend("too many"), false);
    assertEquals(await takeAll(queue, 4), [0, 1, 2, 3]);
  }
});

simulated.each(ENDS)(
  "Queue gives what a receiver that $end was not to take to others in order",
  async ({ kill }) => {
    for (let round = 0; round < 5; round++) {
      using queue = new Queue<number>();
      using worker = new QueueWorker(queue);
      worker.call("consume").catch(() => {});
      await worker.call("size");
      for (let item = 0; item < 500; item++) await queue.send(item);
      kill(worker);
      const items: number[] = [];
      for (let item = 500; item < 1000; item++) await queue.send(item);
      while (items.at(-1) !== 999) items.push(...await takeAll(queue, 1));
      // What the dead one took is a beginning; all that follows is here.
      assertEquals(items, items.map((_, index) => 1000 - items.length + index));
    }
  },
);

Deno.test(
  "Queue keeps what a worker sent that closes itself right afterwards, also 1 MB",
  async () => {
    for (let round = 0; round < 5; round++) {
      using queue = new Queue<string>();
      using worker = new QueueWorker(queue);
      const items = ["a", "x".repeat(1 << 20), "b"];
      worker.call("sendThenDie", items).catch(() => {});
      assertEquals(await takeAll(queue, 3), items);
    }
  },
);

simulated("Queue keeps what a worker sent that is terminated when it has said so", async () => {
  for (let round = 0; round < 10; round++) {
    using queue = new Queue<string>();
    using worker = new QueueWorker(queue);
    const text = "x".repeat(1 << 20);
    await worker.call("send", "a");
    await worker.call("send", text);
    worker.terminate();
    assertEquals(await queue.size(), 2);
    assertEquals(await takeAll(queue, 2), ["a", text]);
  }
});

simulated(
  "Queue keeps what a task sent, also 1 MB, when its worker is joined before reading",
  async () => {
    for (let round = 0; round < 5; round++) {
      using queue = new Queue<string>();
      const items = ["a", "x".repeat(1 << 20), "b"];
      {
        await using system = new ActorSystem({ workers: 1 });
        await system.run(sendAll, queue, items);
      }
      assertEquals(await queue.size(), 3);
      assertEquals(await takeAll(queue, 3), items);
    }
  },
);

simulated.each(ENDS)(
  "Queue.join() ends when a receiver $end that owed items, and an event tells",
  async ({ kill }) => {
    using queue = await full<unknown>(1, 2, 3);
    const abandoned: number[] = [];
    queue.addEventListener("abandoned", ({ detail }) => abandoned.push(detail.items));
    using worker = new QueueWorker(queue);
    await worker.call("work", 3, 1);
    const joined = queue.join();
    await assertRejects(() => queue.join({ timeoutMs: 0 }), DOMException);
    kill(worker);
    await within(20_000, "join", joined);
    assertEquals(abandoned, [2]);
    await assertRejects(() => queue.done(), RangeError);
  },
);

simulated.each(ENDS)(
  "Queue tells of nothing abandoned when a receiver $end that owed none",
  async ({ kill }) => {
    using queue = await full<unknown>(1, 2, 3);
    const abandoned: number[] = [];
    queue.addEventListener("abandoned", ({ detail }) => abandoned.push(detail.items));
    using worker = new QueueWorker(queue);
    await worker.call("work", 2, 2);
    const waiting = await startWaiting(worker, "receive", { timeoutMs: 0 });
    await waiting.waiting;
    await worker.call("done");
    await queue.join({ timeoutMs: 5_000 });
    kill(worker);
    await queue.send("last");
    await takeAll(queue, 1);
    await queue.done();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assertEquals(abandoned, []);
  },
);

simulated(
  "Queue tells of items abandoned by the first receiver that dies, before anything is done",
  async () => {
    using queue = await full<unknown>(1, 2);
    const abandoned: number[] = [];
    queue.addEventListener("abandoned", ({ detail }) => abandoned.push(detail.items));
    using worker = new QueueWorker(queue);
    await worker.call("receive");
    worker.terminate();
    await until(20_000, "the event", () => abandoned.length > 0);
    assertEquals(abandoned, [1]);
  },
);

/** Fails unless it is the error of a lost home. */
function assertHomeLost(error: unknown): void {
  assertInstanceOf(error, ChannelClosedError);
  assertInstanceOf(error.cause, HostLostError);
}

simulated.each(PEERS.flatMap((peer) => ENDS.map((end) => ({ ...peer, ...end }))))(
  "Queue rejects every wait on $where when its home $end",
  async ({ where, kill }) => {
    using home = new QueueWorker(null);
    using filled = await home.call<Queue<unknown>>("make", 1, ["held"]);
    using empty = await home.call<Queue<unknown>>("make", 1, []);
    await using onFilled = peerOn(where, filled);
    await using onEmpty = peerOn(where, empty);
    const waits = [
      await startWaiting(onFilled, "send", "more"),
      await startWaiting(onFilled, "join"),
      await startWaiting(onEmpty, "receive"),
      await startWaiting(onEmpty, "receive", { timeoutMs: 60_000 }),
      await startWaiting(onEmpty, "consume"),
    ];
    kill(home);
    for (const { waiting } of waits) {
      assertHomeLost(await within(20_000, "a rejection", assertRejects(() => waiting)));
    }
    for (const script of ["receive", "send", "consume", "join", "size"] as const) {
      const late = within(20_000, script, assertRejects(() => onFilled.call(script, "late")));
      assertHomeLost(await late.catch((error) => error));
    }
  },
);

simulated("Queue whose home has ended gives a refused send its value back", async () => {
  using home = new QueueWorker(null);
  using queue = await home.call<Queue<unknown>>("make", 1, ["held"]);
  const sent = queue.send("back");
  await queue.size();
  home.terminate();
  const error = await within(20_000, "the end", assertRejects(() => sent, ChannelClosedError));
  assertEquals(error.value, "back");
  assertEquals(await queue.trySend("more"), false);
});

simulated("Queue goes on among the living when three workers end one after the other", async () => {
  using queue = new Queue<number>({ capacity: 3 });
  await using stack = new AsyncDisposableStack();
  const workers = Array.from({ length: 3 }, () => stack.use(new QueueWorker(queue)));
  for (const worker of workers) await startWaiting(worker, "receive");
  for (const worker of workers) worker.terminate();
  const items = takeAll(queue, 50);
  for (let item = 0; item < 50; item++) await queue.send(item, { timeoutMs: 5_000 });
  const sorted = (await items).toSorted((a, b) => a - b);
  assertEquals(sorted, Array.from({ length: 50 }, (_, item) => item));
});
