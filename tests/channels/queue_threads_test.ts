import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, ChannelClosedError, Queue, transfer, unpack } from "../../mod.ts";
import { type Peer, peerOn, PEERS, QueueWorker } from "../fixtures/queue_peer.ts";
import { relay, squareInto } from "../fixtures/queue_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

type Item = [name: string, index: number];

const NAMES = ["a", "b", "c"];
const CAPACITIES = [1, 3, 100, Infinity].map((capacity) => ({ capacity, text: `${capacity}` }));

/** Three senders and two receivers, each in a thread of its own; one of each kind is a plain worker. */
function fivePeers(queue: Queue<Item>, stack: AsyncDisposableStack): [Peer[], Peer[]] {
  const kinds = ["a plain worker", "an actor's worker", "a plain worker"] as const;
  const senders = kinds.map((where) => stack.use(peerOn(where, queue)));
  const receivers = kinds.slice(1).map((where) => stack.use(peerOn(where, queue)));
  return [senders, receivers];
}

/** Fails unless each receiver saw each sender's items in order, and each item came to exactly one. */
function assertOnceInOrder(received: Item[][], counts: number[]): void {
  for (const items of received) {
    for (const name of NAMES) {
      const indexes = items.filter((item) => item[0] === name).map(([, index]) => index);
      assertEquals(indexes, indexes.toSorted((a, b) => a - b), `order of ${name}`);
    }
  }
  for (const [position, name] of NAMES.entries()) {
    const indexes = received.flat().filter((item) => item[0] === name).map(([, index]) => index);
    const expected = Array.from({ length: counts[position]! }, (_, index) => index);
    assertEquals(indexes.toSorted((a, b) => a - b), expected, `items of ${name}`);
  }
}

simulated.each(CAPACITIES)(
  "Queue keeps order per sender, each item once, through close, at capacity $text",
  async ({ capacity }) => {
    const count = capacity === 1 ? 300 : 2_000;
    using queue = new Queue<Item>({ capacity });
    await using stack = new AsyncDisposableStack();
    const [senders, receivers] = fivePeers(queue, stack);
    const received = receivers.map((peer) => peer.call<Item[]>("consume"));
    const sent = senders.map((peer, position) => peer.call("produce", NAMES[position], count));
    await within(20_000, "the senders", Promise.all(sent));
    queue.close();
    const items = await within(10_000, "the receivers", Promise.all(received));
    assertOnceInOrder(items, [count, count, count]);
  },
);

simulated.each(CAPACITIES)(
  "Queue loses nothing that was accepted when it is closed among sends, at capacity $text",
  async ({ capacity }) => {
    using queue = new Queue<Item>({ capacity });
    await using stack = new AsyncDisposableStack();
    const [senders, receivers] = fivePeers(queue, stack);
    const received = receivers.map((peer) => peer.call<Item[]>("consume"));
    const counts = senders.map((peer, position) =>
      peer.call<number>("produceUntilClosed", NAMES[position])
    );
    const own = [];
    while (own.length < 100) own.push(await queue.receive());
    queue.close();
    const accepted = await within(10_000, "the senders", Promise.all(counts));
    const items = await within(10_000, "the receivers", Promise.all(received));
    assertOnceInOrder([own, ...items], accepted);
  },
);

/** What receivers in three threads get whose receives time out all the time. */
async function receiveImpatiently(): Promise<Item[][]> {
  using queue = new Queue<Item>({ capacity: 5 });
  await using stack = new AsyncDisposableStack();
  const receivers = PEERS.map(({ where }) => stack.use(peerOn(where, queue)));
  const received = receivers.map((peer) => peer.call<Item[]>("consumeImpatiently"));
  const senders = [...receivers.slice(0, 2), stack.use(peerOn("a plain worker", queue))];
  const sent = senders.map((peer, position) => peer.call("produce", NAMES[position], 500));
  await within(20_000, "the senders", Promise.all(sent));
  queue.close();
  return await within(10_000, "the receivers", Promise.all(received));
}

simulated(
  "Queue.receive() that times out all the time in three threads loses nothing",
  async () => {
    const received = await receiveImpatiently();
    assertOnceInOrder([received.flat().toSorted(([, a], [, b]) => a - b)], [500, 500, 500]);
  },
);

simulated(
  "Queue.receive() that times out all the time in three threads keeps the order",
  async () => {
    assertOnceInOrder(await receiveImpatiently(), [500, 500, 500]);
  },
);

Deno.test(
  "Queue.receive() given up late in another thread keeps the order for others",
  async () => {
    using queue = new Queue<number>();
    using worker = new QueueWorker(queue);
    const words = new Int32Array(new SharedArrayBuffer(8));
    const other = worker.call<unknown>("giveUpLate", words);
    await until(20_000, "the wait", () => Atomics.load(words, 0) === 1);
    for (const item of [0, 1, 2]) await queue.send(item);
    const items = [queue.receive(), queue.receive()];
    // What may be received at once is received now.
    await queue.size();
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
    if (await within(20_000, "the other receive", other) === "given up") {
      items.push(
        queue.receive(),
      );
    }
    const received = await within(20_000, "the items", Promise.all(items));
    assertEquals(received, [0, 1, 2].slice(-received.length));
  },
);

simulated("Queue works the same when its home is a worker", async () => {
  using home = new QueueWorker(null);
  const queue = await home.call<Queue<Item>>("make", 3, []);
  await using stack = new AsyncDisposableStack();
  stack.use(queue);
  const [senders, receivers] = fivePeers(queue, stack);
  const received = receivers.map((peer) => peer.call<Item[]>("consume"));
  const sent = senders.map((peer, position) => peer.call("produce", NAMES[position], 500));
  await within(20_000, "the senders", Promise.all(sent));
  queue.close();
  const items = await within(10_000, "the receivers", Promise.all(received));
  assertOnceInOrder(items, [500, 500, 500]);
});

simulated(
  "Queue keeps the order of one sender for one that receives while another closes",
  async () => {
    for (let round = 0; round < 10; round++) {
      using queue = new Queue<Item>({ capacity: 2 });
      using sender = new QueueWorker(queue);
      const count = sender.call<number>("produceUntilClosed", "a");
      const items: Item[] = [];
      for await (const item of queue) {
        if (items.push(item) === 50 + round) queue.close();
      }
      assertOnceInOrder([items], [await within(20_000, "the sender", count), 0, 0]);
    }
  },
);

simulated(
  "Queue is an argument of tasks, whose results are read after all have ended",
  async () => {
    const results = new Queue<[number, number]>();
    {
      await using system = new ActorSystem({ workers: 2 });
      await Promise.all([0, 1, 2, 3, 4].map((id) => system.run(squareInto, id, results)));
    }
    assertEquals(await results.size(), 5);
    results.close();
    const squares = new Map(await Array.fromAsync(results));
    assertEquals(squares, new Map([[0, 0], [1, 1], [2, 4], [3, 9], [4, 16]]));
  },
);

simulated("Queue.size() right after a send in another thread counts its item", async () => {
  using queue = new Queue<unknown>();
  using worker = new QueueWorker(queue);
  for (let size = 1; size <= 200; size++) {
    await worker.call("send", size);
    assertEquals(await queue.size(), size);
  }
});

/** What comes through a port. */
async function unpackFrom<T>(port: MessagePort): Promise<T> {
  const { data } = await within(
    10_000,
    "a message",
    new Promise<MessageEvent>((resolve) => port.onmessage = resolve),
  );
  port.close();
  return unpack<T>(data);
}

Deno.test(
  "Queue made in a worker works on main after it was sent through a nested worker",
  async () => {
    const { port1, port2 } = new MessageChannel();
    using worker = new QueueWorker(null);
    const posted = worker.call("makeAndNest", ["from the worker"], transfer(port2, [port2]));
    using queue = await unpackFrom<Queue<unknown>>(port1);
    await within(20_000, "the worker", posted);
    assertEquals(await queue.receive({ timeoutMs: 5_000 }), "from the worker");
    await queue.send("from main");
    assertEquals(await within(20_000, "the item", worker.call("receiveOwn")), "from main");
  },
);

Deno.test("Queue made on main is the same when it comes back through a nested worker", async () => {
  const { port1, port2 } = new MessageChannel();
  using queue = new Queue<unknown>();
  using worker = new QueueWorker(queue);
  const posted = worker.call("nest", transfer(port2, [port2]));
  const back = await unpackFrom<Queue<unknown>>(port1);
  await within(20_000, "the worker", posted);
  await back.send("item");
  assertEquals(await queue.receive(), "item");
});

simulated(
  "Queue made by an actor works where its refs have carried it, also by way of main",
  async () => {
    await using system = new ActorSystem({ workers: 3 });
    const [first, second] = [await system.spawn(relay), await system.spawn(relay)];
    using queue = await first.ask.make();
    using back = await second.ask.echo(queue);
    await second.ask.send(back, "item");
    assertEquals(await queue.receive({ timeoutMs: 5_000 }), "item");
    back.close();
    await assertRejects(() => second.ask.send(queue, "late"), ChannelClosedError);
    await assertRejects(() => first.ask.sendOwn("late"), ChannelClosedError);
  },
);

simulated("Queue can be an item of a queue", async () => {
  using outer = new Queue<Queue<string>>();
  using inner = new Queue<string>();
  using worker = new QueueWorker(outer);
  await outer.send(inner);
  using answer = new Queue<Queue<string>>();
  await worker.call("forward", answer);
  const back = await answer.receive({ timeoutMs: 5_000 });
  await back.send("item");
  assertEquals(await inner.receive(), "item");
});

simulated("Queue moves a buffer of 64 MiB through a worker and back", async () => {
  using queue = new Queue<unknown>();
  using back = new Queue<{ bytes: Uint8Array }>();
  using worker = new QueueWorker(queue);
  const bytes = new Uint8Array(64 << 20).fill(7);
  await queue.send(transfer({ bytes }, [bytes.buffer]));
  assertEquals(bytes.byteLength, 0);
  await worker.call("forward", back);
  const { bytes: arrived } = await back.receive({ timeoutMs: 10_000 });
  assertEquals(arrived.byteLength, 64 << 20);
  assert(arrived.at(-1) === 7);
});
