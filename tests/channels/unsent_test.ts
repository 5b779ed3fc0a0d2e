import { assertEquals } from "@std/assert";
import { ActorSystem, type ActorSystemOptions, type PipeEnd, Pool, Queue } from "../../mod.ts";
import { Manager } from "../../shared/mod.ts";
import { OneWay } from "../fixtures/pipe_pair.ts";
import { pour, pourer, stream } from "../fixtures/queue_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { leftovers, until, within } from "../testing.ts";

const COUNT = 300;
const NUMBERS = [...Array(COUNT).keys()];

type Ends = (queue: Queue<number>, options: ActorSystemOptions) => Promise<void>;

/** How threads come to a good end right after they have sent without waiting. */
const ENDS: Record<string, Ends> = {
  async "a task on a worker of its own"(queue, options) {
    await using system = new ActorSystem(options);
    await system.run(pour.with({ on: "own" }), queue, COUNT);
  },
  async "an actor on a worker of its own"(queue, options) {
    await using system = new ActorSystem(options);
    const ref = await system.spawn(pourer.with({ on: "own" }), queue);
    ref.tell.pour(COUNT);
    await ref.stop({ drain: true });
  },
  async "a worker of a pool that has done its tasks"(queue, { worker }) {
    await using pool = new Pool({ workers: 1, maxTasksPerWorker: 1, worker });
    for (let part = 0; part < 3; part++) await pool.run(pour, queue, COUNT / 3);
  },
  async "the shutdown of the system"(queue, options) {
    await using system = new ActorSystem(options);
    const ref = await system.spawn(pourer, queue);
    ref.tell.pour(COUNT);
  },
};

simulated.each(
  Object.entries(ENDS).flatMap(([what, end]) =>
    (["web", "thread"] as const).map((worker) => ({ what, end, worker }))
  ),
)("Queue.send() that nobody awaits arrives before $what ends, $worker", async ({ end, worker }) => {
  using queue = new Queue<number>();
  await end(queue, { workers: 1, worker });
  await until(20_000, "all items", async () => await queue.size() === COUNT);
  queue.close();
  const items = (await Array.fromAsync(queue)).sort((a, b) => a - b);
  const count = items.length / (items.filter((item) => item === 0).length);
  assertEquals(items.length, COUNT);
  assertEquals(new Set(items), new Set(NUMBERS.slice(0, count)));
});

simulated("Queue.send() that nobody awaits waits for room before its worker ends", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using queue = new Queue<number>({ capacity: 5 });
  await system.run(pour.with({ on: "own" }), queue, COUNT);
  const receive = () => within(20_000, "an item", queue.receive());
  for (const number of NUMBERS) assertEquals(await receive(), number);
});

// Of six one has to wait.
simulated.each([{ count: 6 }, { count: COUNT }])(
  "PipeEnd.send() that nobody awaits waits for room before its worker ends: $count items",
  async ({ count }) => {
    await using system = new ActorSystem({ workers: 1 });
    using ends = new OneWay<number>({ capacity: 5 });
    await system.run(pour.with({ on: "own" }), ends.sender, count);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const items = await within(20_000, "the items", Array.fromAsync(ends.receiver));
    assertEquals(items, NUMBERS.slice(0, count));
  },
);

simulated("PipeEnd.writable sends its chunks before its worker ends", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new OneWay<number>();
  const sender = ends.sender as PipeEnd<number, unknown>;
  await system.run(stream.with({ on: "own" }), sender, COUNT);
  assertEquals(await within(20_000, "the items", Array.fromAsync(ends.receiver)), NUMBERS);
});

simulated("ManagedQueue.send() that nobody awaits arrives before its worker ends", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const queue = await manager.queue<number>();
  await system.run(pour.with({ on: "own" }), queue, COUNT);
  await until(20_000, "all items", async () => await queue.size() === COUNT);
});

Deno.test("Queue that stays full holds up the end of a thread only for shutdownMs", async () => {
  await using system = new ActorSystem({ workers: 1, shutdownMs: 300 });
  using queue = new Queue<number>({ capacity: 1 });
  await within(20_000, "the task", system.run(pour.with({ on: "own" }), queue, 3));
  await until(20_000, "the end of its thread", async () => (await leftovers()).length === 0);
  assertEquals(await queue.receive(), 0);
  assertEquals(await queue.tryReceive(), { state: "empty" });
});

simulated("Queue that stays full holds up a shutdown for a moment", async () => {
  const system = new ActorSystem({ workers: 1, shutdownMs: 60_000 });
  using queue = new Queue<number>({ capacity: 1 });
  await system.run(pour, queue, 3);
  const { abandoned } = await within(10_000, "the shutdown", system.shutdown());
  assertEquals(abandoned, []);
  assertEquals(await queue.receive(), 0);
});
