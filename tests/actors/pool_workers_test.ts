import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ChannelClosedError, HostLostError, Pool, Queue } from "../../mod.ts";
import {
  die,
  dieAtStart,
  dieSome,
  endless,
  failToStart,
  FIRST_COUNT,
  initialize,
  initialValue,
  meeting,
  newWords,
  sendOrDie,
  square,
  whichThread,
} from "../fixtures/pool_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { assertNothingLeft, until, within } from "../testing.ts";

/** What all of them reject with. */
async function errorsOf(promises: Promise<unknown>[]): Promise<unknown[]> {
  const results = await within(20_000, "the rejections", Promise.allSettled(promises));
  return results.map((result) => result.status === "rejected" ? result.reason : "no error");
}

/** Whether as many tasks run at the same time as the pool has workers. */
async function isFull(pool: Pool): Promise<boolean> {
  const words = newWords();
  const meetings = Array.from(
    { length: pool.workers },
    () => pool.run(meeting, words, pool.workers),
  );
  const threads = await within(20_000, "the meeting", Promise.all(meetings));
  return new Set(threads).size === pool.workers;
}

const KINDS = [{ worker: "web" }, { worker: "thread" }] as const;

simulated.each(KINDS)(
  "Pool: retries run a task again whose arguments hold a queue, on $worker workers",
  async ({ worker }) => {
    await using pool = new Pool({ workers: 1, worker, retries: 2 });
    using queue = new Queue<number>();
    const words = newWords(FIRST_COUNT + 1);
    await within(10_000, "the run", pool.run(sendOrDie, queue, { n: 0, words, times: 2 }));
    assertEquals(Atomics.load(words, FIRST_COUNT), 3);
    assertEquals(await within(20_000, "the item", queue.receive()), 0);
  },
);

simulated(
  "Pool: the loss of a worker takes no task that had not begun and holds a queue",
  async () => {
    await using pool = new Pool({ workers: 1 });
    using queue = new Queue<number>();
    const words = newWords(FIRST_COUNT + 4);
    const runs = [1, 0, 0, 0].map((times, n) => pool.run(sendOrDie, queue, { n, words, times }));
    const [first, ...rest] = await within(10_000, "the runs", Promise.allSettled(runs));
    assertEquals(first!.status, "rejected");
    assertEquals(rest.map(({ status }) => status), Array(3).fill("fulfilled"));
    const items = [await queue.receive(), await queue.receive(), await queue.receive()];
    assertEquals(items, [1, 2, 3]);
  },
);

simulated("Pool: a task that runs again sees that its queue was closed meanwhile", async () => {
  await using pool = new Pool({ workers: 1, retries: 1 });
  const queue = new Queue<number>();
  const words = newWords(FIRST_COUNT + 1);
  const run = pool.run(sendOrDie, queue, { n: 0, words, times: 1 });
  queue.close();
  await assertRejects(() => within(10_000, "the run", run), ChannelClosedError);
});

simulated("Pool runs a task again that was lost, as often as retries says", async () => {
  await using pool = new Pool({ workers: 2, retries: 2 });
  const words = newWords(FIRST_COUNT + 4);
  const of = (n: number, times: number) => ({ n, words, how: "close" as const, times });
  const large = new Uint8Array(100_000);
  assertEquals(await within(10_000, "the third run", pool.run(dieSome, of(0, 2))), 0);
  const tooOften = pool.run(dieSome, of(1, 3));
  await within(10_000, "the loss", assertRejects(() => tooOften, HostLostError));
  const withBytes = pool.run(dieSome, { ...of(2, 1), large } as never);
  assertEquals(await within(10_000, "the second run", withBytes), 2);
  assertEquals([...words.slice(FIRST_COUNT)], [3, 3, 2, 0]);
});

Deno.test("Pool does not run an aborted task again", async () => {
  await using pool = new Pool({ workers: 1, retries: 5 });
  const words = newWords(FIRST_COUNT + 1);
  const controller = new AbortController();
  const item = { n: 0, words, how: "throw in a timer" as const, times: Infinity };
  const run = pool.run(dieSome.with({ signal: controller.signal }), item);
  const rejected = assertRejects(() => run, RangeError, "enough");
  await until(20_000, "the task", () => Atomics.load(words, FIRST_COUNT) === 1);
  controller.abort(new RangeError("enough"));
  await within(3_000, "the rejection", rejected);
  await within(20_000, "the next one", pool.run(square, 1));
  assertEquals(Atomics.load(words, FIRST_COUNT), 1);
});

simulated(
  "Pool runs the initializer once in each worker, with its arguments, before anything else",
  async () => {
    for (const size of [0, 2]) {
      const words = newWords();
      await using pool = new Pool({
        workers: size,
        initializer: [initialize, words, { start: 5 }],
      });
      const values = await pool.map(initialValue, Array(20).keys(), { chunkSize: 1 });
      assertEquals(values, Array(20).fill({ start: 5 }));
      if (size > 0) await isFull(pool);
      assertEquals(Atomics.load(words, 1), Math.max(1, size));
      if (size === 0) continue;
      await pool.run(die, "close").catch(() => {});
      await isFull(pool);
      assertEquals(Atomics.load(words, 1), size + 1);
    }
  },
);

simulated(
  "Pool with an initializer that fails rejects everything, and does not try for ever",
  async () => {
    for (const size of [0, 2]) {
      const words = newWords();
      await using pool = new Pool({ workers: size, initializer: [failToStart, words] });
      const runs: Promise<unknown>[] = [
        ...Array.from({ length: 20 }, (_, n) => pool.run(square, n)),
        pool.map(square, [1, 2]),
        Array.fromAsync(pool.imap(square, [1, 2])),
      ];
      for (const error of await errorsOf(runs)) {
        assertInstanceOf(error, RangeError);
        assertEquals(error.message, "no start");
      }
      const starts = Atomics.load(words, 1);
      assert(starts <= Math.max(1, size), `${starts} starts`);
      await assertRejects(() => within(3_000, "a late one", pool.run(square, 1)), RangeError);
      assertEquals(Atomics.load(words, 1), starts);
    }
    await assertNothingLeft(3_000);
  },
);

simulated("Pool with an initializer that ends its worker rejects everything", async () => {
  for (const how of ["close", "exit"] as const) {
    const words = newWords();
    await using pool = new Pool({ workers: 2, initializer: [dieAtStart, words, how, -1] });
    const runs = Array.from({ length: 5 }, (_, n) => pool.run(square, n));
    for (const error of await errorsOf(runs)) assertInstanceOf(error, HostLostError);
    assert(Atomics.load(words, 1) <= 2);
  }
});

simulated("Pool whose workers end soon after their start settles everything", async () => {
  for (const afterMs of [0, 1, 5]) {
    const [starts, begun] = [newWords(), newWords()];
    await using pool = new Pool({
      workers: 2,
      initializer: [dieAtStart, starts, "close", afterMs],
    });
    const runs = Array.from({ length: 3 }, (_, n) => pool.run(endless, begun).catch(() => n));
    assertEquals(await within(10_000, "the runs", Promise.all(runs)), [0, 1, 2]);
    const count = Atomics.load(starts, 1);
    // Each of the runs may have been begun by a worker that ended before it could count that.
    assert(count <= 30 + 5 * Atomics.load(begun, 1), `${count} starts`);
  }
});

simulated("Pool gives a worker at most maxTasksPerWorker items", async () => {
  for (const chunkSize of [1, 2, 3, 10]) {
    await using pool = new Pool({ workers: 2, maxTasksPerWorker: 3 });
    const threads = await within(
      10_000,
      "the map",
      pool.map(whichThread, Array(12).keys(), { chunkSize }),
    );
    const counts = Map.groupBy(threads, (thread) => thread).values().map(({ length }) => length);
    for (const count of counts) assert(count <= 3, `${count} with chunks of ${chunkSize}`);
  }
  await using pool = new Pool({ workers: 1, maxTasksPerWorker: 2 });
  const threads = [];
  for (let n = 0; n < 6; n++) threads.push(await within(20_000, "a run", pool.run(whichThread)));
  assertEquals(new Set(threads).size, 3);
  assertEquals(threads[0], threads[1]);
});

simulated("Pool is at full size again when workers were replaced", async () => {
  await using pool = new Pool({ workers: 2, maxTasksPerWorker: 5 });
  for (let round = 0; round < 6; round++) assert(await isFull(pool));
});
