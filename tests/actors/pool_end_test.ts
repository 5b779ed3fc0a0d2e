import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { ActorStoppedError, ActorSystem, Pool, PoolClosedError } from "../../mod.ts";
import {
  endless,
  gated,
  loop,
  loopAfterwards,
  newWords,
  open,
  power,
  square,
  squareLater,
} from "../fixtures/pool_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { assertNothingLeft, until, within } from "../testing.ts";

/** The numbers from 0. */
function upTo(length: number): number[] {
  return Array.from({ length }, (_, n) => n);
}

const SQUARES = upTo(30).map((n) => n * n);

simulated(
  "Pool.close() refuses new work, and 20 queued tasks go on until join() resolves",
  async () => {
    const pool = new Pool({ workers: 2 });
    const words = newWords();
    const runs = upTo(20).map(() => pool.run(gated, words));
    pool.close();
    pool.close();
    for (const refused of [pool.run(square, 1), pool.map(square, [1]), pool.starmap(power, [])]) {
      await assertRejects(() => refused, PoolClosedError, "the pool is closed");
    }
    assertThrows(() => pool.imap(square, [1]), PoolClosedError, "the pool is closed");
    const joined = pool.join().then(() => Atomics.load(words, 2));
    await until(20_000, "two that began", () => Atomics.load(words, 1) === 2);
    open(words);
    assertEquals(await within(20_000, "join()", joined), 20);
    assertEquals((await Promise.all(runs)).length, 20);
    await assertNothingLeft(3_000);
  },
);

simulated("Pool.join() rejects while the pool is open", async () => {
  await using pool = new Pool({ workers: 1 });
  await assertRejects(() => pool.join(), TypeError, "close() or terminate() it first");
  assertEquals(await pool.run(square, 2), 4);
});

simulated.each([{ busy: true }, { busy: false }])(
  "Pool.join() right after terminate() resolves when the workers have ended (busy: $busy)",
  async ({ busy }) => {
    const pool = new Pool({ workers: 1 });
    if (busy) pool.run(endless, newWords()).catch(() => {});
    else await pool.run(square, 2);
    const terminated = pool.terminate();
    await within(20_000, "join()", pool.join());
    await assertNothingLeft(3_000);
    await within(3_000, "terminate()", terminated);
  },
);

simulated("Pool.join() resolves for all that wait, and again afterwards", async () => {
  const pool = new Pool({ workers: 1 });
  void pool.run(square, 2);
  pool.close();
  await within(20_000, "all joins", Promise.all([pool.join(), pool.join()]));
  await within(3_000, "a late one", pool.join());
});

simulated(
  "Pool.join() resolves when what was submitted was aborted while workers started",
  async () => {
    await using system = new ActorSystem({ workers: 0 });
    for (let round = 0; round < 5; round++) {
      const pool = new Pool({ workers: 2, system });
      const controller = new AbortController();
      const runs = upTo(3).map(() => pool.run(square.with({ signal: controller.signal }), 1));
      for (let turn = 0; turn < round; turn++) await Promise.resolve();
      controller.abort();
      assertEquals((await Promise.allSettled(runs))[0]!.status, "rejected");
      pool.close();
      await within(20_000, "join()", pool.join());
      await assertNothingLeft(3_000);
    }
  },
);

Deno.test("Pool.terminate() settles 10 000 queued tasks and one in an endless loop", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const pool = new Pool({ workers: 2, worker: "thread", system });
  const words = newWords();
  const looping = pool.run(loop, words);
  await until(20_000, "the loop", () => Atomics.load(words, 1) === 1);
  const runs = [
    looping,
    pool.run(endless, words),
    ...upTo(10_000).map(() => pool.run(loop, words)),
  ];
  const mapped = pool.map(loop, Array.from({ length: 1_000 }, () => words));
  const settled = Promise.allSettled([...runs, mapped]);
  await within(4_000, "terminate()", pool.terminate());
  for (const result of await within(3_000, "the rejections", settled)) {
    assert(result.status === "rejected");
    assertInstanceOf(result.reason, PoolClosedError);
    assertEquals(result.reason.message, "Cannot run task: the pool is terminated");
  }
  await assertNothingLeft(3_000);
});

simulated("Pool.terminate() may be called again, before and after close()", async () => {
  const pool = new Pool({ workers: 1 });
  const words = newWords();
  const run = pool.run(endless, words).catch((error) => error);
  await until(20_000, "the task", () => Atomics.load(words, 1) === 1);
  pool.close();
  await within(4_000, "terminate()", Promise.all([pool.terminate(), pool.terminate()]));
  pool.close();
  await within(3_000, "the others", Promise.all([pool.terminate(), pool.join()]));
  assertInstanceOf(await run, PoolClosedError);
  await assertRejects(() => pool.run(square, 1), PoolClosedError);
});

simulated("Pool.terminate() while workers start leaves none", async () => {
  for (let round = 0; round < 5; round++) {
    const pool = new Pool({ workers: 2 });
    const runs = Promise.allSettled(upTo(4).map((n) => pool.run(square, n)));
    for (let turn = 0; turn < 2 * round; turn++) await Promise.resolve();
    await within(4_000, "terminate()", pool.terminate());
    assertEquals((await runs).map(({ status }) => status), Array(4).fill("rejected"));
    await assertNothingLeft(3_000);
  }
});

Deno.test("Pool.terminate() ends workers whose initializer does not come to an end", async () => {
  for (const initializer of [endless, loop]) {
    const words = newWords();
    const pool = new Pool({ workers: 2, worker: "thread", initializer: [initializer, words] });
    const runs = Promise.allSettled(upTo(5).map((n) => pool.run(square, n)));
    await until(20_000, "the initializers", () => Atomics.load(words, 1) === 2);
    await within(4_000, "terminate()", pool.terminate());
    assertEquals((await runs).map(({ status }) => status), Array(5).fill("rejected"));
    await assertNothingLeft(3_000);
  }
});

Deno.test("Pool ends a worker that a task has left in an endless loop", async () => {
  await using system = new ActorSystem({ workers: 0, shutdownMs: 200 });
  const pool = new Pool({ workers: 1, worker: "thread", system });
  await within(20_000, "the task", pool.run(loopAfterwards));
  await within(20_000, "the end of the scope", pool[Symbol.asyncDispose]());
  await assertNothingLeft(3_000);
});

simulated("Pool at the end of its scope lets what was submitted finish", async () => {
  let runs: Promise<number>[];
  {
    await using pool = new Pool({ workers: 2 });
    runs = upTo(20).map((n) => pool.run(squareLater, n));
  }
  assertEquals(await Promise.all(runs), SQUARES.slice(0, 20));
  await assertNothingLeft(3_000);
});

simulated("Pool at the end of its scope terminates what takes longer than shutdownMs", async () => {
  await using system = new ActorSystem({ workers: 0, shutdownMs: 100 });
  const pool = new Pool({ workers: 1, system });
  const runs = [pool.run(endless, newWords()), pool.run(square, 1)];
  const settled = Promise.allSettled(runs);
  await within(4_000, "the end of the scope", pool[Symbol.asyncDispose]());
  for (const result of await settled) {
    assert(result.status === "rejected");
    assertInstanceOf(result.reason, PoolClosedError);
  }
});

simulated("Pool may be left without having been used", async () => {
  const pool = new Pool();
  await within(3_000, "the end of the scope", pool[Symbol.asyncDispose]());
  await within(3_000, "a second end", pool[Symbol.asyncDispose]());
  assertEquals(pool.workers, navigator.hardwareConcurrency);
});

simulated("ActorSystem.shutdown() lets its pools finish", async () => {
  const system = new ActorSystem({ workers: 0 });
  const pool = new Pool({ workers: 2, system });
  const mapped = pool.map(squareLater, upTo(30), { chunkSize: 1 });
  await pool.run(square, 1);
  await within(20_000, "shutdown()", system.shutdown());
  assertEquals(await within(3_000, "the squares", mapped), SQUARES);
  assertThrows(() => new Pool({ system }), ActorStoppedError);
  await within(3_000, "the end of the scope", pool[Symbol.asyncDispose]());
});

simulated.each([
  { doing: "idle", size: 0, jobs: 0 },
  { doing: "never used", size: 1, jobs: 0 },
  { doing: "busy", size: 0, jobs: 10 },
  { doing: "busy", size: 1, jobs: 10 },
])(
  "Pool.join() right after shutdown() waits for the end of a pool of size $size that is $doing",
  async ({ size, jobs }) => {
    const system = new ActorSystem({ workers: 0 });
    const pool = new Pool({ workers: size, system });
    let done = 0;
    const runs = upTo(jobs).map((n) => pool.run(squareLater, n).then(() => done++));
    const down = system.shutdown();
    await within(20_000, "join()", pool.join());
    assertEquals(done, jobs);
    await within(20_000, "shutdown()", down);
    await within(3_000, "join() afterwards", pool.join());
    await Promise.all(runs);
  },
);

simulated(
  "Pool.join() right after shutdown() resolves also when the pool is terminated",
  async () => {
    const system = new ActorSystem({ workers: 0 });
    const pool = new Pool({ workers: 1, system });
    const run = assertRejects(() => pool.run(endless, newWords()), PoolClosedError, "terminated");
    const down = system.shutdown({ timeoutMs: 200 });
    await within(20_000, "join()", pool.join());
    await within(3_000, "the run", run);
    await within(20_000, "shutdown()", down);
  },
);

Deno.test("ActorSystem.shutdown() settles everything of its pools, whatever they do", async () => {
  for (const worker of ["web", "thread"] as const) {
    const system = new ActorSystem({ workers: 0, worker });
    const pool = new Pool({ workers: 2, system });
    const words = newWords();
    const stuck = worker === "thread" ? loop : endless;
    const runs = upTo(50).map(() => pool.run(stuck, words));
    const lazy = Array.fromAsync(pool.imapUnordered(stuck, Array(100).fill(words)));
    const settled = Promise.allSettled([...runs, pool.map(stuck, [words, words]), lazy]);
    await until(20_000, "two that began", () => Atomics.load(words, 1) === 2);
    await within(20_000, "shutdown()", system.shutdown({ timeoutMs: 200 }));
    for (const { status } of await within(3_000, "all", settled)) assertEquals(status, "rejected");
    await within(3_000, "terminate()", pool.terminate());
    await assertNothingLeft(3_000);
  }
});
