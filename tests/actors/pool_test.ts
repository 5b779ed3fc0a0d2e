import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, Pool, type PoolOptions, Queue, type TaskDefinition } from "../../mod.ts";
import {
  blocked,
  crowd,
  echo,
  gatedItem,
  meeting,
  newWords,
  open,
  power,
  square,
  squareLater,
  squarer,
  squareSum,
  whichThread,
} from "../fixtures/pool_tasks.ts";
import { threadName } from "../fixtures/thread.ts";
import { simulated } from "../simulation/simulated.ts";
import { assertNothingLeft, until, within } from "../testing.ts";

/** Squares now, or later. */
type Squarer = TaskDefinition<[n: number], number | Promise<number>>;

/** The numbers from 0. */
function upTo(length: number): number[] {
  return Array.from({ length }, (_, n) => n);
}

const SQUARES = upTo(30).map((n) => n * n);

simulated("Pool.run() runs a task on one of the pool's workers", async () => {
  await using pool = new Pool({ workers: 2 });
  assertEquals(await within(20_000, "the square", pool.run(square, 3)), 9);
  assert(await pool.run(whichThread) !== threadName());
});

simulated("Pool.run() awaits an async task", async () => {
  await using pool = new Pool({ workers: 1 });
  assertEquals(await pool.run(squareLater, 4), 16);
});

simulated("Pool.run() runs in order of submission on one worker", async () => {
  await using pool = new Pool({ workers: 1 });
  const done: number[] = [];
  const runs = upTo(300).map(async (n) => done.push(await pool.run(echo, n) as number));
  await within(20_000, "the runs", Promise.all(runs));
  assertEquals(done, upTo(300));
});

simulated("Pool.run() captures its arguments at the call", async () => {
  await using pool = new Pool({ workers: 1 });
  const value = { list: [1] };
  const result = pool.run(echo, value);
  value.list.push(2);
  assertEquals(await result, { list: [1] });
});

simulated("Pool.map() gives results in the order of the items for every chunk size", async () => {
  await using pool = new Pool({ workers: 2 });
  for (const task of [square, squareLater] as Squarer[]) {
    for (let chunkSize = 1; chunkSize <= 31; chunkSize++) {
      const squares = pool.map(task, upTo(30), { chunkSize });
      assertEquals(await within(20_000, `chunks of ${chunkSize}`, squares), SQUARES);
    }
    assertEquals(await pool.map(task, upTo(30)), SQUARES);
  }
});

simulated("Pool.map() gives results in order when the first item is the slowest", async () => {
  await using pool = new Pool({ workers: 2 });
  const words = newWords();
  const items = upTo(10).map((n) => ({ n, words, isHeld: n === 0 }));
  const mapped = pool.map(gatedItem, items, { chunkSize: 1 });
  await until(20_000, "the other items", () => Atomics.load(words, 1) === 10);
  open(words);
  assertEquals(await within(20_000, "the results", mapped), upTo(10));
});

simulated("Pool.map() takes any iterable, once", async () => {
  await using pool = new Pool({ workers: 2 });
  let drawn = 0;
  const source = function* () {
    while (drawn < 5) yield drawn++;
  };
  assertEquals(await pool.map(square, source()), [0, 1, 4, 9, 16]);
  assertEquals(await pool.map(square, new Set([2, 3])), [4, 9]);
  assertEquals(await pool.map(echo, "ab"), ["a", "b"]);
  assertEquals(drawn, 5);
});

simulated("Pool.map() of nothing is nothing, and starts no worker", async () => {
  await using pool = new Pool({ workers: 2 });
  const seen: number[] = [];
  const onProgress = (done: number) => seen.push(done);
  assertEquals(await pool.map(square, [], { onProgress }), []);
  assertEquals(await pool.starmap(power, new Set<[number, number]>()), []);
  assertEquals(seen, []);
  await assertNothingLeft(0);
});

simulated("Pool.map() keeps items that are undefined, and holes", async () => {
  await using pool = new Pool({ workers: 2 });
  // deno-lint-ignore no-sparse-arrays
  const items = [undefined, null, , 0];
  assertEquals(await pool.map(echo, items), [undefined, null, undefined, 0]);
});

simulated("Pool.starmap() spreads each item over the arguments", async () => {
  await using pool = new Pool({ workers: 2 });
  for (const chunkSize of [1, 2, 3, 4]) {
    const powers = await pool.starmap(power, [[2, 3], [3, 2], [5, 0]], { chunkSize });
    assertEquals(powers, [8, 9, 1]);
  }
});

simulated("Pool.map() reports a progress that grows and ends at the total", async () => {
  await using pool = new Pool({ workers: 2 });
  for (const chunkSize of [1, 7, 100, undefined]) {
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => {
      assertEquals(total, 100);
      assert(done > (seen.at(-1) ?? 0));
      seen.push(done);
    };
    await pool.map(square, upTo(100), { chunkSize, onProgress });
    assertEquals(seen.at(-1), 100);
    if (chunkSize === 1) assertEquals(seen.length, 100);
  }
});

simulated("Pool.map() rejects with what onProgress throws, and the pool goes on", async () => {
  await using pool = new Pool({ workers: 2 });
  for (const at of [1, 50, 100]) {
    const onProgress = (done: number) => {
      if (done === at) throw new RangeError(`at ${at}`);
    };
    const mapped = pool.map(square, upTo(100), { chunkSize: 1, onProgress });
    await assertRejects(() => within(20_000, "the error", mapped), RangeError, `at ${at}`);
  }
  assertEquals(await pool.map(square, upTo(30)), SQUARES);
});

simulated(
  "Pool runs one task at a time in each worker, or as many as concurrency says",
  async () => {
    for (const concurrency of [1, 3]) {
      await using pool = new Pool({ workers: 2, concurrency });
      const [words, all] = [newWords(), newWords()];
      // So that no worker is still starting when the first one is through with everything.
      await Promise.all(upTo(2 * concurrency).map(() => pool.run(meeting, all, 2 * concurrency)));
      const crowds = pool.map(crowd, Array.from({ length: 60 }, () => words), { chunkSize: 1 });
      const largest = Math.max(...await within(10_000, "the crowds", crowds));
      assert(largest <= 2 * concurrency && largest > concurrency, `${largest} at ${concurrency}`);
    }
  },
);

simulated("Pool uses all its workers at the same time", async () => {
  await using pool = new Pool({ workers: 3, concurrency: 2 });
  const words = newWords();
  const all = Promise.all(upTo(6).map(() => pool.run(meeting, words, 6)));
  assertEquals(new Set(await within(20_000, "the meeting", all)).size, 3);
});

Deno.test(
  "Pool gives short tasks that were sent ahead behind a long one to another worker",
  async () => {
    await using pool = new Pool({ workers: 2 });
    await pool.map(square, upTo(2_000), { chunkSize: 1 }); // Now workers are sent far ahead.
    for (let round = 0; round < 10; round++) {
      const words = newWords();
      const short = [pool.map(square, upTo(20), { chunkSize: 1 })];
      const long = pool.run(blocked, words);
      for (let each = 0; each < 5; each++) short.push(pool.map(square, upTo(30), { chunkSize: 1 }));
      await within(20_000, "the short ones", Promise.all(short));
      open(words);
      await within(20_000, "the long one", long);
    }
  },
);

Deno.test(
  "Pool gives tasks behind a long one that has moved something to another worker",
  async () => {
    await using pool = new Pool({ workers: 2 });
    await pool.map(square, upTo(2_000), { chunkSize: 1 });
    for (let round = 0; round < 10; round++) {
      const words = newWords();
      using queue = new Queue<number>();
      const long = pool.run(blocked, words, [queue, new Uint8Array(100_000)]);
      const short = upTo(100).map((n) => pool.run(square, n));
      await within(20_000, "the short ones", Promise.all(short));
      open(words);
      await within(20_000, "the long one", long);
    }
  },
);

simulated("Pool takes the former name of workers", async () => {
  await using pool = new Pool({ size: 0 });
  assertEquals(pool.workers, 0);
});

simulated("Pool without workers runs everything on this thread", async () => {
  await using pool = new Pool({ workers: 0 });
  assertEquals(await pool.run(whichThread), threadName());
  assertEquals(await pool.map(squareLater, upTo(30), { chunkSize: 7 }), SQUARES);
  assertEquals(await Array.fromAsync(pool.imap(square, upTo(30))), SQUARES);
  const value = { n: 1 };
  const copy = await pool.run(echo, value);
  assert(copy !== value);
  assertEquals(copy, value);
});

simulated("Pool in an actor uses the actor's system", async () => {
  for (const size of [0, 2]) {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(squarer, size);
    assertEquals(await within(20_000, "squares", ref.ask.squares(upTo(30))), SQUARES);
    assertEquals(await within(20_000, "squares in turn", ref.ask.squaresInTurn([1, 2])), [1, 4]);
    await within(20_000, "the actor's end", ref.stop());
  }
});

simulated("Pool in a task of a pool", async () => {
  await using pool = new Pool({ workers: 2 });
  const sums = pool.map(squareSum, [[1, 2], [3], []], { chunkSize: 1 });
  assertEquals(await within(10_000, "the sums", sums), [5, 9, 0]);
});

simulated("Pools without a system share one, and leave nothing", async () => {
  {
    await using one = new Pool({ workers: 1 });
    await using two = new Pool({ workers: 1 });
    assertEquals(await Promise.all([one.run(square, 2), two.run(square, 3)]), [4, 9]);
  }
  await assertNothingLeft(3_000);
});

const BAD: { options: unknown; Class: new () => Error; text: string }[] = [
  { options: { workers: -1 }, Class: RangeError, text: "workers must be" },
  { options: { workers: 1.5 }, Class: RangeError, text: "workers must be" },
  { options: { size: -1 }, Class: RangeError, text: "size must be" },
  { options: { size: 1, workers: 1 }, Class: TypeError, text: "former name" },
  { options: { concurrency: 0 }, Class: RangeError, text: "concurrency must be" },
  { options: { retries: -1 }, Class: RangeError, text: "retries must be" },
  { options: { maxTasksPerWorker: 0 }, Class: RangeError, text: "maxTasksPerWorker must be" },
  { options: { worker: "process" }, Class: TypeError, text: "worker must be" },
  { options: { initializer: square }, Class: TypeError, text: "initializer must be" },
  { options: { initializer: [] }, Class: TypeError, text: "initializer must be" },
  { options: { initializer: [square, () => {}] }, Class: TypeError, text: "initializer" },
  { options: { system: {} }, Class: TypeError, text: "system must be" },
];

Deno.test.each(BAD)("Pool refuses options: $text $options", ({ options, Class, text }) => {
  assertThrows(() => new Pool(options as PoolOptions), Class, text);
});

simulated("Pool.map() and Pool.imap() refuse bad options", async () => {
  await using pool = new Pool({ workers: 1 });
  const bad = [{ chunkSize: 0 }, { chunkSize: 0.5 }, { timeoutMs: -1 }, { timeoutMs: NaN }];
  for (const options of bad) {
    await assertRejects(() => pool.map(square, [1], options), RangeError, "Cannot map task");
    assertThrows(() => pool.imap(square, [1], options), RangeError, "Cannot imap task");
  }
  assertThrows(() => pool.imap(square, [1], { lookAhead: 0 }), RangeError, "lookAhead");
});

simulated("Pool refuses what is no task, no source, no list of arguments", async () => {
  await using pool = new Pool({ workers: 1 });
  await assertRejects(() => pool.run((() => {}) as never), TypeError, "must come from task()");
  await assertRejects(() => pool.map(square, 5 as never), TypeError, "must be iterable");
  assertThrows(() => pool.imap(square, null as never), TypeError, "must be iterable");
  await assertRejects(
    () => pool.starmap(power, [[1, 2], 3 as never]),
    TypeError,
    "items[1] must be a list of arguments",
  );
});
