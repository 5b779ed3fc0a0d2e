import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { ActorSystem, Pool, Queue, Supervisor } from "../../mod.ts";
import { expectRestart, fakeTime } from "../../testing/mod.ts";
import { World } from "../../testing/simulation/world.ts";
import { forever, neverReady, watchmaker } from "../fixtures/kit_actors.ts";
import { hushed } from "../fixtures/life_probe.ts";
import { within } from "../testing.ts";

/** Whether a promise has settled by now. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => void (settled = true);
  promise.then(note, note);
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

Deno.test("fakeTime: timers of an actor fire at their times, each in its turn", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  const begin = time.now;
  const ref = await system.spawn(watchmaker);
  ref.tell.every(1_000);
  ref.tell.after(2_500);
  await time.tick(3_000);
  const notes = (await ref.ask.notes()).map(([what, at]) => [what, at - begin]);
  assertEquals(notes, [["every", 1_000], ["every", 2_000], ["after", 2_500], ["every", 3_000]]);
  assertEquals(time.now, begin + 3_000);
});

Deno.test("fakeTime: a day of context.every takes a moment", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  const ref = await system.spawn(watchmaker);
  await ref.ask.every(60_000);
  await within(30_000, "the day", time.tick(86_400_000));
  assertEquals((await ref.ask.notes()).length, 24 * 60);
});

Deno.test("fakeTime: a timer of no time at all lets the time go on", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  const ref = await system.spawn(watchmaker);
  ref.tell.every(0);
  await within(20_000, "the tick", time.tick(5));
  // The first one at once.
  assertEquals((await ref.ask.notes()).length, 6);
});

Deno.test("fakeTime: limits of asks, streams, spawns, tasks, pools and queues are over with it", async () => {
  const limits = { askTimeoutMs: 30_000, startTimeoutMs: 9_000, shutdownMs: 0 };
  await using system = new ActorSystem({ workers: 0, ...limits });
  await using pool = new Pool({ system, workers: 0 });
  using time = fakeTime(system);
  using queue = new Queue<number>();
  const ref = await system.spawn(watchmaker);
  const waits: [ms: number, wait: Promise<unknown>][] = [
    [200, ref.with({ timeoutMs: 200 }).ask.hang()],
    [300, queue.receive({ timeoutMs: 300 })],
    [5_000, system.run(forever.with({ timeoutMs: 5_000 }))],
    [7_000, pool.run(forever.with({ timeoutMs: 7_000 }))],
    [9_000, system.spawn(neverReady)],
    [30_000, ref.ask.hang()],
  ];
  for (const [, wait] of waits) wait.catch(() => {});
  let now = 0;
  for (const [ms, wait] of waits) {
    await time.tick(ms - now - 1);
    assert(!await hasSettled(wait), `${ms} ms are not over`);
    await time.tick(1);
    assert(await hasSettled(wait), `${ms} ms are over`);
    await assertRejects(() => wait, DOMException, `within ${ms} ms`);
    now = ms;
  }
});

Deno.test("fakeTime: a supervisor's back-off and budget go by it", async () => {
  await using system = new ActorSystem({ workers: 0 });
  hushed(system);
  await using supervisor = new Supervisor({
    system,
    maxRestarts: 2,
    withinMs: 60_000,
    backoff: { minMs: 1_000, maxMs: 1_000 },
  });
  using time = fakeTime(system);
  const ref = await supervisor.spawn(watchmaker);
  for (let round = 1; round <= 4; round++) {
    ref.tell.fail();
    await time.tick(10_000);
    const asked = ref.ask.restarts();
    assertEquals(await within(20_000, "the restart", asked), round);
    await time.tick(50_000);
  }
});

Deno.test("fakeTime: a pause before a restart is as long as it says", async () => {
  await using system = new ActorSystem({ workers: 0 });
  hushed(system);
  await using supervisor = new Supervisor({ system, backoff: { minMs: 1_000, maxMs: 1_000 } });
  using time = fakeTime(system);
  const ref = await supervisor.spawn(watchmaker);
  const restart = expectRestart(system, ref, () => ref.tell.fail(), { withinMs: 20_000 });
  await time.tick(400);
  assert(!await hasSettled(restart));
  await time.tick(1_000);
  assert(await hasSettled(restart));
});

Deno.test("fakeTime: code of actors and of the test sees its time", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  const [date, clock] = [Date.now(), performance.now()];
  assertEquals(date, time.now);
  const ref = await system.spawn(watchmaker);
  const slept = ref.with({ timeoutMs: Infinity }).ask.sleep(3_600_000);
  const signal = AbortSignal.timeout(1_000);
  let beats = 0;
  const heart = setInterval((by: number) => beats += by, 1_000, 2);
  await time.tick(3_600_000);
  clearInterval(heart);
  await time.tick(10_000);
  assertEquals([await slept, beats, signal.aborted], ["slept", 7_200, true]);
  assertEquals((signal.reason as DOMException).name, "TimeoutError");
  assertEquals([new Date().getTime() - date, performance.now() - clock], [3_610_000, 3_610_000]);
  assert(new Date(5) instanceof Date && new Date(5).getTime() === 5 && Date.UTC(1970, 0) === 0);
  assertEquals(Date(), new Date(time.now).toString());
});

Deno.test("fakeTime: ticks that are not awaited come one after the other", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  const begin = time.now;
  const fired: number[] = [];
  setTimeout(() => fired.push(time.now - begin), 5);
  setTimeout(() => fired.push(time.now - begin), 15);
  await Promise.all([time.tick(10), time.tick(10)]);
  assertEquals([fired, time.now - begin], [[5, 15], 20]);
});

Deno.test("fakeTime: timers of one time fire in the order in which they were set", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  const fired: number[] = [];
  for (const n of [1, 2, 3]) setTimeout(() => fired.push(n), 5);
  await time.tick(5);
  assertEquals(fired, [1, 2, 3]);
});

Deno.test("fakeTime: what a timer throws is thrown by tick", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  setTimeout(() => {
    throw new RangeError("in a timer");
  }, 5);
  await assertRejects(() => time.tick(10), RangeError, "in a timer");
  await time.tick(10);
});

Deno.test("fakeTime: the real time is back after its scope, and real timers go on meanwhile", async () => {
  const { setTimeout: real, Date: realDate, performance: { now } } = globalThis;
  await using system = new ActorSystem({ workers: 0, shutdownMs: 0 });
  const before = Promise.withResolvers<void>();
  const early = setTimeout(before.resolve, 5);
  const cancelled = setTimeout(() => before.reject(new Error("it was cancelled")), 1);
  let late: Promise<unknown>;
  {
    using time = fakeTime(system);
    clearTimeout(cancelled);
    await within(10_000, "a timer that was set before", before.promise);
    setTimeout(() => assert(false, "it is over"), 10);
    const ref = await system.spawn(watchmaker);
    late = assertRejects(() => ref.with({ timeoutMs: 20 }).ask.hang(), DOMException);
    await time.tick(5);
  }
  clearTimeout(early);
  assertEquals([setTimeout, Date, performance.now], [real, realDate, now]);
  // The limit goes on with the next one that begins.
  const ref = await system.spawn(watchmaker);
  await assertRejects(() => ref.with({ timeoutMs: 5 }).ask.hang(), DOMException);
  await within(10_000, "the limit", late);
});

Deno.test("fakeTime is refused where it would move one thread of several", async () => {
  const says = "use a system with workers: 0, or simulate(), which moves all threads";
  {
    await using system = new ActorSystem({ workers: 1 });
    assertThrows(() => fakeTime(system), TypeError, says);
  }
  await using system = new ActorSystem({ workers: 0 });
  using time = fakeTime(system);
  const ref = await system.spawn(watchmaker.with({ on: "own" }));
  await assertRejects(() => time.tick(1), TypeError, says);
  time[Symbol.dispose]();
  assertThrows(() => fakeTime(system), TypeError, says);
  await ref.stop();
});

Deno.test("fakeTime is refused where the time is moved already", async () => {
  await using system = new ActorSystem({ workers: 0 });
  {
    using _time = new FakeTime();
    assertThrows(() => fakeTime(system), TypeError, "it is faked already");
  }
  {
    using _time = fakeTime(system);
    assertThrows(() => fakeTime(system), TypeError, "it is faked already");
  }
  await new World().run(async () => {
    await using system = new ActorSystem({ workers: 0 });
    assertThrows(() => fakeTime(system), TypeError, "a simulation has a time of its own");
  });
});

Deno.test("fakeTime refuses wrong arguments", async () => {
  await using system = new ActorSystem({ workers: 0 });
  assertThrows(() => fakeTime({} as ActorSystem), TypeError, "must be an ActorSystem");
  using time = fakeTime(system);
  await assertRejects(() => time.tick(-1), RangeError, "ms must be >= 0");
  await assertRejects(() => time.tick(Infinity), RangeError, "ms must be finite");
});
