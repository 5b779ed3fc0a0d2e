import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ActorSystem, HostLostError, Pool } from "../../mod.ts";
import { DEATHS } from "../fixtures/deaths.ts";
import { hushed } from "../fixtures/life_probe.ts";
import {
  die,
  dieSome,
  FIRST_COUNT,
  gated,
  meeting,
  newWords,
  open,
  square,
  whichThread,
} from "../fixtures/pool_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

const WAYS = (["web", "thread"] as const).flatMap((worker) =>
  DEATHS.map((how) => ({ worker, how }))
);

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

simulated.each(WAYS)(
  "Pool: a $worker worker that dies ($how) rejects its task, the rest go on, the pool is full again",
  async ({ worker, how }) => {
    await using system = hushed(new ActorSystem({ workers: 0 }));
    await using pool = new Pool({ system, workers: 2, worker });
    const words = newWords();
    const held = pool.run(gated, words);
    const error = await assertRejects(
      () => within(20_000, "the loss", pool.run(die, how)),
      HostLostError,
    );
    assert(error.stack!.includes("of a pool"), error.stack);
    const rest = Array.from({ length: 20 }, (_, n) => pool.run(square, n));
    open(words);
    await within(20_000, "the one beside it", held);
    assertEquals((await within(20_000, "the rest", Promise.all(rest)))[19], 361);
    assert(await isFull(pool));
  },
);

simulated.each(WAYS)(
  "Pool: the loss of a $worker worker ($how) takes no task that had not begun",
  async ({ worker, how }) => {
    await using system = hushed(new ActorSystem({ workers: 0 }));
    await using pool = new Pool({ system, workers: 2, worker });
    const words = newWords(FIRST_COUNT + 60);
    const runs = Array.from({ length: 60 }, (_, n) => {
      return pool.run(dieSome, { n, words, how: n % 20 === 7 ? how : null, times: Infinity });
    });
    const results = await within(10_000, "the runs", Promise.allSettled(runs));
    for (const [n, result] of results.entries()) {
      if (n % 20 === 7) {
        assert(result.status === "rejected", `${n} was fulfilled`);
        assertInstanceOf(result.reason, HostLostError);
      } else assertEquals(result, { status: "fulfilled", value: n });
      assertEquals(Atomics.load(words, FIRST_COUNT + n), 1, `${n} began once`);
    }
  },
);

simulated("Pool.map() rejects with the loss of a worker", async () => {
  await using pool = new Pool({ workers: 2 });
  await assertRejects(() => pool.map(die, ["close", "close"], { chunkSize: 1 }), HostLostError);
  assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
});

simulated("Pool replaces idle workers that have died", async () => {
  for (let round = 0; round < 5; round++) {
    await using system = hushed(new ActorSystem({ workers: 0 }));
    await using pool = new Pool({ system, workers: 2 });
    const words = newWords();
    await Promise.all([pool.run(meeting, words, 2), pool.run(meeting, words, 2)]);
    const dying = [pool.run(die, "throw in a timer"), pool.run(die, "close")];
    await within(20_000, "the losses", Promise.allSettled(dying));
    assert(await isFull(pool));
  }
});

simulated("Pool settles everything when workers die all the time", async () => {
  for (let round = 0; round < 4; round++) {
    await using system = hushed(new ActorSystem({ workers: 0 }));
    await using pool = new Pool({ system, workers: 2, retries: round % 2 });
    const words = newWords(FIRST_COUNT + 25);
    const runs: Promise<unknown>[] = Array.from({ length: 25 }, (_, n) => {
      const how = n % 5 === 0 ? DEATHS[n / 5 % DEATHS.length]! : null;
      return pool.run(dieSome, { n, words, how, times: Infinity });
    });
    const controller = new AbortController();
    runs.push(pool.map(square.with({ signal: controller.signal }), Array(200).keys()));
    runs.push(Array.fromAsync(pool.imap(square, Array(50).keys())));
    const settled = Promise.allSettled(runs);
    if (round > 1) await runs[0]!.catch(() => controller.abort());
    const results = await within(30_000, "the runs", settled);
    for (const [n, { status }] of results.slice(0, 25).entries()) {
      assertEquals(status, n % 5 === 0 ? "rejected" : "fulfilled", `task ${n}`);
    }
    assertEquals(results.at(-1)!.status, "fulfilled");
  }
});

simulated("ActorSystem: a pool of it that loses workers takes no actor with it", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const thread = await system.run(whichThread);
  await using pool = new Pool({ workers: 1, system });
  await assertRejects(() => pool.run(die, "exit"), HostLostError);
  assertEquals(await system.run(whichThread), thread);
});
