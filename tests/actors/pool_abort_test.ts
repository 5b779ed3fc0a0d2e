import { assert, assertEquals, assertRejects } from "@std/assert";
import { pipe, Pool, PoolClosedError, Queue, transfer } from "../../mod.ts";
import {
  blocked,
  counted,
  echo,
  endless,
  FIRST_COUNT,
  gated,
  giveBack,
  listen,
  newWords,
  nextBytes,
  open,
  sendAll,
  square,
  whenAborted,
} from "../fixtures/pool_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { until, within } from "../testing.ts";

const REASON = new RangeError("enough");

/** What a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It did not reject");
}

simulated(
  "Pool.run() and Pool.map() reject with the reason of a signal aborted before",
  async () => {
    await using pool = new Pool({ workers: 1 });
    const words = newWords(5);
    const signal = AbortSignal.abort(REASON);
    assertEquals(await errorOf(pool.run(counted.with({ signal }), 0, words)), REASON);
    assertEquals(await errorOf(pool.map(square, [1, 2], { signal })), REASON);
    assertEquals(await errorOf(pool.map(square.with({ signal }), [1, 2])), REASON);
    assertEquals(await errorOf(Array.fromAsync(pool.imap(square, [1], { signal }))), REASON);
    assertEquals(await pool.run(square, 2), 4);
    assertEquals(Atomics.load(words, FIRST_COUNT), 0);
  },
);

simulated("Pool.run() rejects at once when a task is aborted that runs", async () => {
  for (const size of [0, 1]) {
    await using pool = new Pool({ workers: size });
    const controller = new AbortController();
    const words = newWords();
    const run = errorOf(pool.run(gated.with({ signal: controller.signal }), words));
    await until(20_000, "the task", () => Atomics.load(words, 1) === 1);
    controller.abort(REASON);
    assertEquals(await within(3_000, "the rejection", run), REASON);
    open(words);
    assertEquals(await within(3_000, "the next one", pool.run(square, 3)), 9);
  }
});

simulated("An abort after the end of a task changes nothing", async () => {
  await using pool = new Pool({ workers: 1 });
  const controller = new AbortController();
  const { signal } = controller;
  assertEquals(await pool.run(square.with({ signal }), 3), 9);
  assertEquals(await pool.map(square, [1, 2], { signal }), [1, 4]);
  controller.abort(REASON);
  assertEquals(await pool.run(square, 3), 9);
});

Deno.test(
  "A task that is aborted before it begins never runs, also when it was sent ahead",
  async () => {
    await using pool = new Pool({ workers: 1 });
    await pool.map(square, Array(500).keys(), { chunkSize: 1 }); // Now workers are sent far ahead.
    for (let round = 0; round < 20; round++) {
      const words = newWords(53);
      const long = pool.run(blocked, words);
      const controllers = Array.from({ length: 50 }, () => new AbortController());
      const runs = controllers.map(({ signal }, n) => pool.run(counted.with({ signal }), n, words));
      const settled = Promise.allSettled(runs);
      await until(20_000, "the long one", () => Atomics.load(words, 1) === 1);
      for (const [n, controller] of controllers.entries()) {
        if (n % 2 === 0) {
          controller.abort(REASON);
        }
      }
      open(words);
      const results = await within(20_000, "the runs", settled);
      for (const [n, { status }] of results.entries()) {
        assertEquals(status, n % 2 === 0 ? "rejected" : "fulfilled");
        assertEquals(Atomics.load(words, FIRST_COUNT + n), n % 2);
      }
      await long;
    }
  },
);

simulated(
  "A task that is aborted at any moment has run once or never, and the pool goes on",
  async () => {
    for (const size of [0, 2]) {
      await using pool = new Pool({ workers: size });
      await pool.map(square, Array(500).keys(), { chunkSize: 1 });
      for (let round = 0; round < 30; round++) {
        const words = newWords(103);
        const controllers = Array.from({ length: 100 }, () => new AbortController());
        const runs = controllers.map(({ signal }, n) =>
          pool.run(counted.with({ signal }), n, words)
        );
        for (let turn = 0; turn < round; turn++) await Promise.resolve();
        if (round > 15) await new Promise((resolve) => setTimeout(resolve, 0));
        for (const controller of controllers.slice(30)) controller.abort(REASON);
        const results = await within(20_000, "the runs", Promise.allSettled(runs));
        for (const [n, { status }] of results.entries()) {
          const count = Atomics.load(words, FIRST_COUNT + n);
          assert(status === "fulfilled" ? count === 1 : count <= 1 && n >= 30, `${n} ran ${count}`);
        }
        assertEquals(await within(20_000, "the next one", pool.run(square, 3)), 9);
      }
    }
  },
);

simulated("A task that moves something is aborted before it begins like any other", async () => {
  for (const size of [0, 1]) {
    await using pool = new Pool({ workers: size });
    for (let round = 0; round < 20; round++) {
      const words = newWords();
      const controller = new AbortController();
      const [left, right] = pipe<number, number>();
      const run = pool.run(listen.with({ signal: controller.signal }), right, words);
      const rejected = errorOf(run);
      for (let turn = 0; turn < round; turn++) await Promise.resolve();
      controller.abort(REASON);
      assertEquals(await within(3_000, "the rejection", rejected), REASON);
      // It ends when it had begun; else the other end was closed with it.
      const answered = left.send(1).then(() => left.receive());
      await within(20_000, "an answer", answered.catch(() => {}));
      if (Atomics.load(words, 1) === 0) await assertRejects(() => answered);
      left.close();
      assertEquals(await within(20_000, "the next one", pool.run(square, 3)), 9);
    }
  }
});

Deno.test(
  "A task behind one that moves something never runs when it is aborted before",
  async () => {
    await using pool = new Pool({ workers: 1 });
    await pool.map(square, Array(500).keys(), { chunkSize: 1 }); // Now workers are sent far ahead.
    for (let round = 0; round < 20; round++) {
      const words = newWords(13);
      using queue = new Queue<number>();
      const controller = new AbortController();
      const { signal } = controller;
      const long = pool.run(blocked, words, queue);
      const runs = Array.from(
        { length: 10 },
        (_, n) => pool.run(counted.with({ signal }), n, words),
      );
      const settled = Promise.allSettled(runs);
      for (let turn = 0; turn < round; turn++) {
        await Promise.resolve();
      }
      controller.abort(REASON);
      await settled;
      await until(20_000, "the long one", () => Atomics.load(words, 1) === 1);
      open(words);
      await long;
      await pool.run(square, 1);
      assertEquals([...words.slice(FIRST_COUNT)], Array(10).fill(0));
    }
  },
);

simulated("Pool.map() that is aborted drops what has not begun", async () => {
  await using pool = new Pool({ workers: 2 });
  const words = newWords();
  const controller = new AbortController();
  const mapped = pool.map(gated, Array(100).fill(words), {
    chunkSize: 1,
    signal: controller.signal,
  });
  const rejected = errorOf(mapped);
  await until(20_000, "two that began", () => Atomics.load(words, 1) === 2);
  controller.abort(REASON);
  assertEquals(await within(3_000, "the rejection", rejected), REASON);
  open(words);
  assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
  assertEquals(Atomics.load(words, 1), 2);
});

Deno.test("Pool.run() counts timeoutMs from the call, also in the queue", async () => {
  await using pool = new Pool({ workers: 1 });
  await pool.run(square, 1);
  const words = newWords(5);
  const long = pool.run(blocked, words);
  const late = pool.run(counted.with({ timeoutMs: 30, name: "late" }), 0, words);
  const error = await within(20_000, "the timeout", errorOf(late)) as DOMException;
  assertEquals(error.name, "TimeoutError");
  assertEquals(error.message, "Cannot run task late: no answer within 30 ms");
  open(words);
  await long;
  await pool.run(square, 1);
  assertEquals(Atomics.load(words, FIRST_COUNT), 0);
});

simulated(
  "Pool.run() with no time at all does not run, and what it was to take stays usable",
  async () => {
    await using pool = new Pool({ workers: 1 });
    const words = newWords(5);
    const error = await errorOf(pool.run(counted.with({ timeoutMs: 0 }), 0, words)) as DOMException;
    assertEquals(error.name, "TimeoutError");
    const [left, right] = pipe<number, number>();
    await errorOf(pool.run(listen.with({ timeoutMs: 0 }), right, words));
    await within(20_000, "the other end", assertRejects(() => left.receive()));
    left.close();
    assertEquals(Atomics.load(words, FIRST_COUNT), 0);
  },
);

simulated("Pool.map() counts timeoutMs for all items together", async () => {
  await using pool = new Pool({ workers: 1 });
  const words = newWords();
  const mapped = pool.map(endless, [words, words], { timeoutMs: 50 });
  const error = await within(20_000, "the timeout", errorOf(mapped)) as DOMException;
  assertEquals(error.name, "TimeoutError");
  assert(error.message.startsWith("Cannot map task "), error.message);
});

programTest("200 aborted tasks leave no memory", async () => {
  const program = new URL("../fixtures/pool_forgotten.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await runProgram(program, {
    flags: ["--allow-read", "--no-check", "--v8-flags=--expose-gc"],
  });
  const lines = ["queued", "sent", "begun"].map((when) => `${when}: 200 of 200 collected\n`);
  assertEquals([stdout, stderr, code], [lines.join(""), "", 0]);
});

simulated("transfer() moves buffers to a task and back", async () => {
  for (const size of [0, 1]) {
    await using pool = new Pool({ workers: size });
    for (const length of [10, 100_000]) {
      const bytes = new Uint8Array(length);
      const next = await pool.run(nextBytes, transfer(bytes, [bytes.buffer]));
      assertEquals([bytes.byteLength, next.byteLength, next[0]], [0, length, 1]);
      const items = Array.from({ length: 4 }, () => new Uint8Array(length));
      const moved = items.map((item) => transfer(item, [item.buffer]));
      const all = await pool.map(nextBytes, moved, { chunkSize: 2 });
      assertEquals(all.map((each) => each.byteLength), Array(4).fill(length));
      assertEquals(items.map((each) => each.byteLength), [0, 0, 0, 0]);
    }
  }
});

simulated("Pool.run() that is refused leaves the buffers of its caller", async () => {
  await using pool = new Pool({ workers: 1 });
  const bytes = new Uint8Array(10);
  const refused = pool.run(echo, [transfer(bytes, [bytes.buffer]), () => {}]);
  await assertRejects(() => refused, TypeError, "args[0][1] is a function");
  pool.close();
  const late = pool.run(echo, transfer(bytes, [bytes.buffer]));
  await assertRejects(() => late, PoolClosedError);
  assertEquals(bytes.byteLength, 10);
});

simulated("Queues and pipe ends go to tasks, and tasks may return them", async () => {
  for (const size of [0, 1, 2]) {
    await using pool = new Pool({ workers: size });
    using queue = new Queue<number>();
    await within(20_000, "the task", pool.run(sendAll, queue, [1, 2, 3]));
    const received = [await queue.receive(), await queue.receive(), await queue.receive()];
    assertEquals(received, [1, 2, 3]);
    const [left, right] = pipe<number, number>();
    const listening = pool.run(listen, right, newWords());
    await left.send(20);
    assertEquals(await within(20_000, "the reply", left.receive()), 21);
    left.close();
    await within(20_000, "the task", listening);
    const [near, far] = pipe<number, number>();
    const back = await within(20_000, "the end that comes back", pool.run(echo, far)) as typeof far;
    await near.send(1);
    assertEquals(await within(20_000, "what was sent", back.receive()), 1);
    near.close();
    back.close();
  }
});

simulated("A channel in a result that nobody waits for any more is closed", async () => {
  await using pool = new Pool({ workers: 1 });
  const words = newWords();
  const controller = new AbortController();
  const [near, far] = pipe<number, number>();
  const run = errorOf(pool.run(giveBack.with({ signal: controller.signal }), far, words));
  await until(20_000, "the task", () => Atomics.load(words, 1) === 1);
  controller.abort(REASON);
  assertEquals(await run, REASON);
  open(words);
  await within(20_000, "the other end", assertRejects(() => near.receive()));
  near.close();
});

simulated("AbortSignals among the arguments are live, whenever they are aborted", async () => {
  for (const size of [0, 1]) {
    await using pool = new Pool({ workers: size });
    for (let round = 0; round < 10; round++) {
      const words = newWords();
      const controller = new AbortController();
      const busy = pool.run(gated, words);
      const heard = pool.run(whenAborted, controller.signal);
      if (round % 2 === 0) controller.abort(REASON);
      open(words);
      await busy;
      controller.abort(REASON);
      assertEquals(await within(20_000, "the abort", heard), "RangeError: enough");
    }
  }
});
