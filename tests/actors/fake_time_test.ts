import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { ActorSystem, pipe, Pool, Queue, Supervisor } from "../../mod.ts";
import { Mutex } from "../../shared/mod.ts";
import { failing, taker } from "../fixtures/inputs.ts";
import { juggler } from "../fixtures/juggler.ts";
import { events, PLACES } from "../fixtures/life_probe.ts";
import { hang, locate } from "../fixtures/places.ts";
import { until, within } from "../testing.ts";

/** Whether a promise has settled, as soon as whatever is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

/** The wait is not over a moment before its time, and is over then. */
async function assertEndsAfter(time: FakeTime, ms: number, begin: () => Promise<unknown>) {
  const wait = begin();
  const says = `within ${ms} ms`;
  const rejected = assertRejects(() => wait, DOMException, says);
  await time.tickAsync(ms - 1);
  assertEquals(await isSettled(wait), false, `${ms - 1} of ${ms} ms`);
  await time.tickAsync(1);
  await within(10_000, says, rejected);
}

Deno.test.each(PLACES)("Time limits of actors and tasks follow fake time, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers, startTimeoutMs: 60_000, shutdownMs: 0 });
  await using supervisor = new Supervisor({ system });
  using time = new FakeTime(0);
  const ref = await system.spawn(juggler.with({ concurrency: 100 }));
  // So that its thread is there.
  await system.run(locate);
  await assertEndsAfter(time, 30_000, () => ref.ask.hang());
  await assertEndsAfter(time, 200, () => ref.with({ timeoutMs: 200 }).ask.hang());
  await assertEndsAfter(time, 5_000, () => system.run(hang.with({ timeoutMs: 5_000 })));
  await assertEndsAfter(time, 7_000, () => supervisor.run(hang.with({ timeoutMs: 7_000 })));
  const slow = failing.with({ startTimeoutMs: 9_000 });
  await assertEndsAfter(time, 9_000, () => system.spawn(slow, "hangs"));
  const stream = ref.with({ timeoutMs: 400 }).stream.wait();
  assertEquals((await stream.next()).value, 0);
  await assertEndsAfter(time, 400, () => stream.next());
  // Nothing was too late for want of a time that all threads share.
  assert(await system.run(locate.with({ timeoutMs: 1_000 })));
});

Deno.test.each([{ on: "any" }, { on: "own" }] as const)(
  "A worker has as long to start as whoever waits for something there ($on)",
  async ({ on }) => {
    await using system = new ActorSystem({ workers: 1, startTimeoutMs: 1 });
    const hosts = events(system, "host");
    using time = new FakeTime();
    const patient = system.spawn(taker.with({ on, startTimeoutMs: 60_000 }));
    // None is ready within the turn in which it was begun.
    time.tick(50_000);
    await within(20_000, "the start", patient);
    const hasty = system.spawn(taker.with({ on: "own" }));
    time.tick(5_000);
    await assertRejects(() => within(20_000, "the rejection", hasty), DOMException, "within 1 ms");
    await until(20_000, "the loss", () => hosts.some(({ state }) => state === "lost"));
    const { index, cause } = hosts.find(({ state }) => state === "lost")!;
    // The one shared worker has number 1, whether it was started or not; own ones follow.
    const hastyIndex = on === "own" ? 3 : 2;
    assertEquals([index, (cause as Error).message], [hastyIndex, "Not ready within 1 ms"]);
  },
);

Deno.test("Time limits of channels, locks and pools follow fake time", async () => {
  await using system = new ActorSystem({ workers: 0, shutdownMs: 0 });
  const pool = new Pool({ system, workers: 0 });
  using time = new FakeTime();
  using queue = new Queue<number>();
  const [near, far] = pipe<number, number>();
  const mutex = new Mutex();
  using _guard = mutex.acquireSync();
  const timeoutMs = 86_400_000;
  await assertEndsAfter(time, timeoutMs, () => queue.receive({ timeoutMs }));
  await assertEndsAfter(time, timeoutMs, () => near.receive({ timeoutMs }));
  await assertEndsAfter(time, timeoutMs, () => mutex.acquire({ timeoutMs }));
  await assertEndsAfter(time, timeoutMs, () => pool.run(hang.with({ timeoutMs })));
  near.close();
  far.close();
  await pool.terminate();
});

Deno.test("Two waits that begin at different fake times end each at its own", async () => {
  await using system = new ActorSystem({ workers: 0, askTimeoutMs: 1_000, shutdownMs: 0 });
  using time = new FakeTime();
  const ref = await system.spawn(juggler);
  const first = ref.ask.hang();
  const rejected = assertRejects(() => first, DOMException);
  time.tick(600);
  const second = ref.ask.hang();
  const rejectedToo = assertRejects(() => second, DOMException);
  time.tick(400);
  assertEquals([await isSettled(first), await isSettled(second)], [true, false]);
  time.tick(600);
  assertEquals(await isSettled(second), true);
  await Promise.all([rejected, rejectedToo]);
});

Deno.test("Waits keep their limits when fake time begins and ends meanwhile", async () => {
  await using system = new ActorSystem({ workers: 0, shutdownMs: 0 });
  const ref = await system.spawn(juggler);
  const early = ref.with({ timeoutMs: 300 }).ask.hang();
  const rejected = assertRejects(() => early, DOMException, "within 300 ms");
  let late: Promise<unknown>;
  {
    using _time = new FakeTime(0);
    late = ref.with({ timeoutMs: 200 }).ask.hang();
    late.catch(() => {});
    assertEquals(await isSettled(late), false);
  }
  await assertRejects(() => ref.with({ timeoutMs: 20 }).ask.hang(), DOMException, "within 20 ms");
  await within(10_000, "the wait that began in fake time", assertRejects(() => late));
  await within(10_000, "the wait that began before", rejected);
});

Deno.test("A program that stops the date alone does not stop time limits", async () => {
  const RealDate = Date;
  await using system = new ActorSystem({ workers: 0, shutdownMs: 0 });
  const ref = await system.spawn(juggler);
  globalThis.Date = class extends RealDate {
    static override now = () => 0;
  } as DateConstructor;
  try {
    await assertRejects(() => ref.with({ timeoutMs: 20 }).ask.hang(), DOMException);
  } finally {
    globalThis.Date = RealDate;
  }
});
