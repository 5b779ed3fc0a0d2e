import { assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { actor, type ActorContext, ActorSystem, Supervisor } from "../../mod.ts";
import { systemClock } from "../../channels/thread/clock.ts";
import { simulated } from "../simulation/simulated.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

let insiders = 0;

/** An actor on this thread, as a test sees it from inside. */
async function insider(system: ActorSystem): Promise<ActorContext> {
  const { promise, resolve } = Promise.withResolvers<ActorContext>();
  const inside = actor(import.meta, (context) => {
    resolve(context);
    return {};
  }, { key: `insider ${++insiders}` });
  await system.spawn(inside);
  return await promise;
}

Deno.test.each([
  { way: "after" as const, days: 25, calls: 1 },
  { way: "after" as const, days: 99, calls: 1 },
  { way: "every" as const, days: 99, calls: 2 },
])("ActorContext.$way() of $days days waits for $days days", async ({ way, days, calls }) => {
  using time = new FakeTime();
  await using system = new ActorSystem({ workers: 0 });
  const context = await insider(system);
  let called = 0;
  context[way](days * DAY_MS, () => called++);
  await time.tickAsync(days * DAY_MS - 1);
  assertEquals(called, 0);
  await time.tickAsync(1);
  await time.runMicrotasks();
  await time.tickAsync(days * DAY_MS);
  await time.runMicrotasks();
  assertEquals(called, calls);
});

Deno.test("ActorContext.after() with Infinity never calls back, and can be disposed", async () => {
  using time = new FakeTime();
  await using system = new ActorSystem({ workers: 0 });
  const context = await insider(system);
  let called = 0;
  const timer = context.after(Infinity, () => called++);
  await time.tickAsync(1_000 * DAY_MS);
  timer[Symbol.dispose]();
  await time.tickAsync(1_000 * DAY_MS);
  assertEquals(called, 0);
});

Deno.test("a disposed ActorContext.after() of 99 days does not call back", async () => {
  using time = new FakeTime();
  await using system = new ActorSystem({ workers: 0 });
  const context = await insider(system);
  let called = 0;
  const timer = context.after(99 * DAY_MS, () => called++);
  await time.tickAsync(50 * DAY_MS);
  timer[Symbol.dispose]();
  await time.tickAsync(50 * DAY_MS);
  assertEquals(called, 0);
});

Deno.test("a timer that was let go stays so in each of its pieces", async () => {
  using time = new FakeTime();
  let called = 0;
  const timer = systemClock.setTimer(() => called++, 99 * DAY_MS);
  timer.keepAlive(false);
  await time.tickAsync(60 * DAY_MS);
  timer.keepAlive(true);
  await time.tickAsync(39 * DAY_MS);
  assertEquals(called, 1);
});

Deno.test("Supervisor waits out a back-off of 99 days", async () => {
  using time = new FakeTime();
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({
    system,
    backoff: { minMs: 99 * DAY_MS, maxMs: 99 * DAY_MS, jitter: 0 },
  });
  let started = 0;
  const fragile = actor(import.meta, () => {
    started++;
    return {
      fail(): never {
        throw new Error("fragile");
      },
    };
  });
  const ref = await supervisor.spawn(fragile);
  await ref.ask.fail().catch(() => {});
  await time.tickAsync(99 * DAY_MS - 1);
  assertEquals(started, 1);
  await time.tickAsync(1);
  assertEquals(started, 2);
});

const NONSENSE = [
  { ms: undefined },
  { ms: null },
  { ms: NaN },
  { ms: -1 },
  { ms: "5" },
  { ms: {} },
].flatMap((each) => [{ ...each, way: "after" as const }, { ...each, way: "every" as const }]);

simulated.each(NONSENSE)("ActorContext.$way() refuses $ms as a time", async ({ way, ms }) => {
  await using system = new ActorSystem({ workers: 0 });
  const context = await insider(system);
  assertThrows(
    () => context[way](ms as number, () => {}),
    RangeError,
    "Cannot set timer: ms must be >= 0, received",
  );
});

simulated.each([{ way: "after" as const }, { way: "every" as const }])(
  "ActorContext.$way() refuses what is no function",
  async ({ way }) => {
    await using system = new ActorSystem({ workers: 0 });
    const context = await insider(system);
    assertThrows(
      () => context[way](5, "tick" as unknown as () => void),
      TypeError,
      'Cannot set timer: fn must be a function, received "tick"',
    );
  },
);
