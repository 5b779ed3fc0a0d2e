import { assert, assertEquals, assertRejects } from "@std/assert";
import { Pool, PoolClosedError, Queue, type TaskDefinition } from "../../mod.ts";
import {
  echo,
  failFrom,
  gatedItem,
  newWords,
  open,
  square,
  squareLater,
  whichChunk,
} from "../fixtures/pool_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

/** Squares now, or later. */
type Squarer = TaskDefinition<[n: number], number | Promise<number>>;

/** A source without end that notes how far it was drawn, and whether it was ended. */
class Naturals {
  drawn = 0;
  ends = 0;

  *sync(): Generator<number, void, void> {
    try {
      for (;;) yield this.drawn++;
    } finally {
      this.ends++;
    }
  }

  async *async(): AsyncGenerator<number, void, void> {
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        yield this.drawn++;
      }
    } finally {
      this.ends++;
    }
  }
}

/** The first results of an iteration, which is then left. */
async function take<T>(count: number, results: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const result of results) {
    taken.push(result);
    if (taken.length === count) break;
  }
  return taken;
}

/** What an iteration gives, and the error that ends it. */
async function outcomeOf(results: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const result of results) seen.push(result);
  } catch (error) {
    seen.push(`${error}`);
  }
  return seen;
}

const KINDS = (["imap", "imapUnordered"] as const).flatMap((method) =>
  (["sync", "async"] as const).map((source) => ({ method, source }))
);

simulated("Pool.imap() gives results in the order of the items for every chunk size", async () => {
  await using pool = new Pool({ workers: 2 });
  for (const task of [square, squareLater] as Squarer[]) {
    for (let chunkSize = 1; chunkSize <= 21; chunkSize++) {
      const results = pool.imap(task, Array.from({ length: 20 }, (_, n) => n), { chunkSize });
      const all = await within(20_000, `chunks of ${chunkSize}`, Array.fromAsync(results));
      assertEquals(all, Array.from({ length: 20 }, (_, n) => n * n));
    }
  }
});

simulated("Pool.imapUnordered() gives each result once for every chunk size", async () => {
  await using pool = new Pool({ workers: 2 });
  for (let chunkSize = 1; chunkSize <= 21; chunkSize++) {
    const results = pool.imapUnordered(square, Array.from({ length: 20 }, (_, n) => n), {
      chunkSize,
    });
    const all = await within(20_000, `chunks of ${chunkSize}`, Array.fromAsync(results));
    assertEquals(all.sort((a, b) => a - b), Array.from({ length: 20 }, (_, n) => n * n));
  }
});

simulated.each(KINDS)(
  "Pool.$method() draws at most the look-ahead from an endless $source source, and ends it",
  async ({ method, source }) => {
    await using pool = new Pool({ workers: 2 });
    for (
      const options of [{}, { lookAhead: 20 }, { chunkSize: 3 }, { lookAhead: 2, chunkSize: 5 }]
    ) {
      const { chunkSize = 1, lookAhead = 8 * 2 * chunkSize } = options as {
        chunkSize?: number;
        lookAhead?: number;
      };
      const naturals = new Naturals();
      const results = pool[method](square, naturals[source](), options);
      assertEquals((await within(20_000, "ten results", take(10, results))).length, 10);
      assert(naturals.drawn <= 10 + lookAhead, `drew ${naturals.drawn} with ${lookAhead} ahead`);
      await until(10_000, "the end of the source", () => naturals.ends === 1);
      assertEquals(await pool.run(square, 3), 9);
    }
  },
);

simulated("Pool.imap() draws nothing before the first result is asked for", async () => {
  await using pool = new Pool({ workers: 2 });
  const naturals = new Naturals();
  const results = pool.imap(square, naturals.sync());
  await pool.run(square, 1);
  assertEquals(naturals.drawn, 0);
  await results.return!();
  assertEquals(await results.next(), { done: true, value: undefined });
  assertEquals(naturals.drawn, 0);
});

simulated("Pool.imap() holds back the source while results are not taken", async () => {
  await using pool = new Pool({ workers: 2 });
  const naturals = new Naturals();
  const results = pool.imap(square, naturals.sync(), { lookAhead: 5 });
  for (let n = 0; n < 20; n++) {
    assertEquals((await results.next()).value, n * n);
    await pool.run(square, 1);
    assertEquals(naturals.drawn, n + 6);
  }
  await results.return!();
});

simulated("Pool.imap() sends whole chunks", async () => {
  await using pool = new Pool({ workers: 1 });
  const chunks = await Array.fromAsync(pool.imap(whichChunk, Array(400).keys(), { chunkSize: 4 }));
  const sizes = new Map<string, number>();
  for (const chunk of chunks) sizes.set(chunk, (sizes.get(chunk) ?? 0) + 1);
  assertEquals(new Set(sizes.values()), new Set([4]));
});

simulated("Pool.imap() leaves a pool that is idle", async () => {
  const pool = new Pool({ workers: 2 });
  const naturals = new Naturals();
  await take(10, pool.imap(square, naturals.sync()));
  pool.close();
  await within(20_000, "join()", pool.join());
});

simulated("Pool.imap() left in the middle runs nothing that had not begun", async () => {
  await using pool = new Pool({ workers: 1 });
  const words = newWords();
  const items = Array.from({ length: 16 }, (_, n) => ({ n, words, isHeld: n > 0 }));
  assertEquals(await take(1, pool.imap(gatedItem, items)), [0]);
  const begun = Atomics.load(words, 1);
  open(words);
  await pool.run(square, 1);
  assert(begun <= 2 && Atomics.load(words, 1) <= 2, `${Atomics.load(words, 1)} have begun`);
});

simulated("Pool.imapUnordered() is not held up by a slow first item", async () => {
  await using pool = new Pool({ workers: 2 });
  const words = newWords();
  const items = Array.from({ length: 100 }, (_, n) => ({ n, words, isHeld: n === 0 }));
  const results = pool.imapUnordered(gatedItem, items);
  const first = await within(20_000, "the others", take(99, results).then((first) => first));
  assertEquals(first.sort((a, b) => a - b), items.slice(1).map(({ n }) => n));
  open(words);
});

simulated("Pool.imapUnordered() gives a slow item when it is done", async () => {
  await using pool = new Pool({ workers: 2 });
  const words = newWords();
  const items = Array.from({ length: 20 }, (_, n) => ({ n, words, isHeld: n === 0 }));
  const seen: number[] = [];
  for await (const n of pool.imapUnordered(gatedItem, items)) {
    seen.push(n);
    if (seen.length === 19) open(words);
  }
  assertEquals(seen.at(-1), 0);
  assertEquals(seen.length, 20);
});

simulated.each(KINDS)(
  "Pool.$method() gives the results before the error of a $source source",
  async ({ method, source }) => {
    await using pool = new Pool({ workers: 2 });
    const sources = {
      *sync() {
        yield* [1, 2, 3];
        throw new RangeError("no more");
      },
      async *async() {
        yield* this.sync();
      },
    };
    for (const chunkSize of [1, 3, 7]) {
      const seen = await within(
        5_000,
        "the error",
        outcomeOf(pool[method](square, sources[source](), { chunkSize })),
      );
      assertEquals(seen.pop(), "RangeError: no more");
      if (chunkSize < 7) assertEquals(seen.toSorted(), [1, 4, 9]);
    }
    assertEquals(await pool.run(square, 3), 9);
  },
);

simulated(
  "Pool.map() rejects with what its source throws midway, and nothing has begun",
  async () => {
    await using pool = new Pool({ workers: 2 });
    const source = function* () {
      yield 1;
      throw new RangeError("no more");
    };
    await assertRejects(() => pool.map(square, source()), RangeError, "no more");
    assertEquals(await pool.run(square, 3), 9);
  },
);

simulated("Pool.imap() of nothing ends at once", async () => {
  await using pool = new Pool({ workers: 2 });
  for (const source of [[], new Set<number>(), (async function* () {})()]) {
    assertEquals(await Array.fromAsync(pool.imap(square, source)), []);
    assertEquals(await Array.fromAsync(pool.imapUnordered(square, source)), []);
  }
});

simulated("Pool.imap() takes strings, arrays of undefined, and readers of channels", async () => {
  await using pool = new Pool({ workers: 2 });
  assertEquals(await Array.fromAsync(pool.imap(echo, "abc")), ["a", "b", "c"]);
  assertEquals(await Array.fromAsync(pool.imap(echo, [undefined, null])), [undefined, null]);
  using queue = new Queue<number>();
  const results = Array.fromAsync(pool.imap(square, queue));
  for (const n of [1, 2, 3]) await queue.send(n);
  queue.close();
  assertEquals(await within(20_000, "the results", results), [1, 4, 9]);
});

simulated("Pool.imap() ends its source when an item cannot cross", async () => {
  await using pool = new Pool({ workers: 2 });
  let ends = 0;
  const source = function* () {
    try {
      yield 1;
      yield { onDone: () => {} };
      yield 3;
    } finally {
      ends++;
    }
  };
  const seen = await within(20_000, "the error", outcomeOf(pool.imap(echo, source())));
  assertEquals(seen, [
    1,
    "TypeError: Cannot send message: items.slice(1)[0].onDone is a function",
  ]);
  assertEquals(ends, 1);
});

simulated("Pool.imap() gives the error of a task in its place, and ends the source", async () => {
  await using pool = new Pool({ workers: 2 });
  const naturals = new Naturals();
  const seen = await within(
    5_000,
    "the error",
    outcomeOf(pool.imap(failFrom, naturals.sync(), { lookAhead: 5 })),
  );
  assertEquals(seen, [0, 1, 2, "RangeError: 3 is too much"]);
  assertEquals(naturals.ends, 1);
  assertEquals(await pool.run(square, 3), 9);
});

simulated("Pool.imap() is aborted at once, also while its source has nothing to give", async () => {
  await using pool = new Pool({ workers: 1 });
  const silent = {
    async next(): Promise<never> {
      return await new Promise<never>(() => {});
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  for (const method of ["imap", "imapUnordered"] as const) {
    const controller = new AbortController();
    const results = pool[method](square, silent, { signal: controller.signal });
    const next = results.next();
    await pool.run(square, 1);
    controller.abort(new RangeError("enough"));
    await assertRejects(() => within(3_000, "the error", next), RangeError, "enough");
  }
});

simulated("Pool.imap() has its time for each item", async () => {
  await using pool = new Pool({ workers: 2 });
  await pool.run(square, 1);
  const words = newWords();
  const items = Array.from({ length: 4 }, (_, n) => ({ n, words, isHeld: n === 2 }));
  const seen = await within(
    5_000,
    "the timeout",
    outcomeOf(pool.imap(gatedItem, items, { timeoutMs: 300 })),
  );
  open(words);
  assertEquals(seen.slice(0, 2), [0, 1]);
  assert(`${seen[2]}`.startsWith("TimeoutError"), `${seen[2]}`);
});

simulated("Pool.close() ends what is drawn from then on", async () => {
  const pool = new Pool({ workers: 1 });
  const naturals = new Naturals();
  const results = pool.imap(square, naturals.sync(), { lookAhead: 3 });
  assertEquals((await results.next()).value, 0);
  pool.close();
  const rest = await within(20_000, "the rest", outcomeOf(results));
  assertEquals(rest.pop(), `${new PoolClosedError("imap task", "closed")}`);
  assert(rest.length <= 4);
  assertEquals(naturals.ends, 1);
  await within(20_000, "join()", pool.join());
});
