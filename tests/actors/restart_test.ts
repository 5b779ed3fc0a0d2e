import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { type ActorOptions, ActorStoppedError, ActorSystem } from "../../mod.ts";
import { events, nextEvent, PLACES, probe } from "../fixtures/life_probe.ts";
import { fragile, guardian, lemon, slowStarter } from "../fixtures/life_restart.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

async function spawnFragile(system: ActorSystem, options: ActorOptions = {}) {
  const log = await system.spawn(probe);
  const ref = await system.spawn(fragile.with(options), log, { count: 10 });
  return { log, ref };
}

simulated.each(
  PLACES.flatMap((place) => (["fail", "failLater"] as const).map((how) => ({ ...place, how }))),
)(
  "A failing handler rejects its ask, then setup runs again: $how on $where",
  async ({ workers, how }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnFragile(system);
    assertEquals(await ref.ask.increment(), 11);
    await assertRejects(() => ref.ask[how]("no"), RangeError, "no");
    assertEquals(await ref.ask.increment(), 11);
    assertEquals(await ref.ask.restarts(), 1);
  },
);

simulated.each(
  PLACES.flatMap((place) => (["fail", "failLater"] as const).map((how) => ({ ...place, how }))),
)(
  "What waits behind a failing message meets the new incarnation: $how on $where",
  async ({ workers, how }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnFragile(system);
    const failing = assertRejects(() => ref.ask[how](), RangeError);
    const restarts = [ref.ask.restarts(), ref.ask.restarts()];
    await failing;
    assertEquals(await Promise.all(restarts), [1, 1]);
  },
);

simulated.each(PLACES)(
  "A restart keeps the mailbox in order and does not retry on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnFragile(system);
    const held = ref.ask.hold("held");
    await log.ask.logged("held");
    const failing = assertRejects(() => ref.ask.fail("failed"), RangeError);
    for (const entry of ["a", "b", "c"]) ref.tell.note(entry);
    const restarts = ref.ask.restarts();
    log.tell.open();
    await Promise.all([held, failing]);
    assertEquals(await restarts, 1);
    assertEquals(await log.ask.entries(), ["held", "failed", "a", "b", "c"]);
    assertEquals(system.deadLetters, 0);
  },
);

simulated.each(PLACES)(
  "A restart lets messages wait for an async setup on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(slowStarter, log);
    const failing = assertRejects(() => ref.ask.fail(), RangeError);
    ref.tell.note("waited");
    await failing;
    assertEquals(await ref.ask.restarts(), 1);
    assertEquals(await log.ask.entries(), [
      "setup begins",
      "setup ends",
      "setup begins",
      "setup ends",
      "waited",
    ]);
  },
);

simulated.each(PLACES)(
  'A restart raises event "restart" for the same ref on $where',
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnFragile(system, { name: "fragile" });
    const restarts = events(system, "restart");
    for (const message of ["one", "two"]) {
      await assertRejects(() => ref.ask.fail(message), RangeError);
    }
    assertEquals(await ref.ask.restarts(), 2);
    assertEquals(restarts.map(({ restarts }) => restarts), [1, 2]);
    for (const { ref: actor } of restarts) {
      assertEquals([actor.id, actor.name], [ref.id, "fragile"]);
    }
    const reasons = restarts.map(({ reason }) => reason.kind === "error" && `${reason.error}`);
    assertEquals(reasons, ["RangeError: one", "RangeError: two"]);
  },
);

simulated.each(PLACES)("A restart leaves exited open on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const { ref } = await spawnFragile(system);
  let hasExited = false;
  const exited = ref.exited.then(({ kind }) => {
    hasExited = true;
    return kind;
  });
  await assertRejects(() => ref.ask.fail(), RangeError);
  assertEquals(await ref.ask.restarts(), 1);
  assertEquals(hasExited, false);
  await ref.stop();
  assertEquals(await exited, "shutdown");
});

simulated.each(PLACES)('onError "resume" keeps the state on $where', async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const { ref } = await spawnFragile(system, { onError: "resume" });
  const restarts = events(system, "restart");
  await ref.ask.increment();
  for (let i = 0; i < 5; i++) await assertRejects(() => ref.ask.fail(), RangeError);
  assertEquals(await ref.ask.increment(), 12);
  assertEquals(await ref.ask.restarts(), 0);
  assertEquals(restarts, []);
});

simulated.each(PLACES)('onError "resume" keeps every() going on $where', async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const { log, ref } = await spawnFragile(system, { onError: "resume" });
  const failure = nextEvent(system, "error");
  await ref.ask.every(1, "tick");
  await ref.ask.failByTimer();
  const { handler, error } = await within(20_000, "the error event", failure);
  assertEquals([handler, (error as Error).message], ["after", "timer failed"]);
  const ticks = (await log.ask.entries()).length;
  await within(20_000, "another tick", log.ask.logged("tick", ticks + 2));
});

const FINAL: { options: ActorOptions; title: string }[] = [
  { title: 'onError "stop"', options: { onError: "stop" } },
  {
    title: 'onError "stop" of a permanent actor',
    options: { onError: "stop", restart: "permanent" },
  },
  { title: 'restart "temporary"', options: { restart: "temporary" } },
];

simulated.each(PLACES.flatMap((place) => FINAL.map((each) => ({ ...place, ...each }))))(
  "$title ends with the error on $where",
  async ({ workers, options }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnFragile(system, options);
    const failing = assertRejects(() => ref.ask.fail("fatal"), RangeError);
    const late = assertRejects(() => ref.ask.note("late"), ActorStoppedError);
    await Promise.all([failing, late]);
    const reason = await within(20_000, "the end", ref.exited);
    assert(reason.kind === "error" && reason.error instanceof RangeError);
    assertEquals(reason.error.message, "fatal");
    assertEquals(await log.ask.entries(), ["fatal"]);
  },
);

simulated.each(PLACES)(
  'restart "permanent" restarts after context.stop() on $where',
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnFragile(system, { restart: "permanent" });
    const restarts = events(system, "restart");
    await ref.ask.increment();
    await ref.ask.leave();
    assertEquals(await ref.ask.increment(), 11);
    assertEquals(restarts.map(({ reason }) => reason.kind), ["normal"]);
  },
);

simulated.each(PLACES)(
  'restart "transient" does not restart after context.stop() on $where',
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnFragile(system, { restart: "transient" });
    await ref.ask.leave();
    assertEquals(await within(20_000, "the end", ref.exited), { kind: "normal" });
  },
);

simulated.each(PLACES)(
  'restart "permanent" does not undo stop() and terminate() on $where',
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const stopped = await spawnFragile(system, { restart: "permanent" });
    await stopped.ref.stop();
    assertEquals((await stopped.ref.exited).kind, "shutdown");
    const killed = await spawnFragile(system, { restart: "permanent" });
    await killed.ref.terminate();
    assertEquals((await killed.ref.exited).kind, "killed");
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() during a failing turn is not undone by a restart on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const restarts = events(system, "restart");
    for (let round = 0; round < 20; round++) {
      const { ref } = await spawnFragile(system);
      const failing = assertRejects(() => ref.ask.failLater(), Error);
      await within(20_000, "the stop", ref.stop());
      await failing;
      await ref.exited;
    }
    assertEquals(restarts, []);
  },
);

simulated.each(PLACES)(
  "The fourth failure within 5 seconds ends an actor on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnFragile(system);
    const restarts = events(system, "restart");
    for (let i = 1; i <= 4; i++) {
      await assertRejects(() => ref.ask.fail(`failure ${i}`), RangeError);
    }
    const reason = await within(20_000, "the end", ref.exited);
    assert(reason.kind === "error" && reason.error instanceof RangeError);
    assertEquals(reason.error.message, "failure 4");
    await assertRejects(() => ref.ask.increment(), ActorStoppedError);
    assertEquals(restarts.map(({ restarts }) => restarts), [1, 2, 3]);
  },
);

Deno.test("Failures more than 5 seconds apart go on restarting an actor", async () => {
  using time = new FakeTime();
  await using system = new ActorSystem({ workers: 0 });
  const { ref } = await spawnFragile(system);
  for (let i = 1; i <= 6; i++) {
    await assertRejects(() => ref.ask.fail(), RangeError);
    assertEquals(await ref.ask.restarts(), i);
    time.tick(2_000);
  }
});

simulated.each(
  PLACES.flatMap((place) => [false, true].map((isAsync) => ({ ...place, isAsync }))),
)(
  "A failing setup counts in the budget, async $isAsync, on $where",
  async ({ workers, isAsync }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(lemon, Infinity, isAsync);
    const restarts = events(system, "restart");
    await assertRejects(() => ref.ask.fail(), RangeError);
    const reason = await within(20_000, "the end", ref.exited);
    assert(reason.kind === "error");
    assertEquals(`${reason.error}`, "RangeError: setup 3 failed");
    assertEquals(restarts.map(({ restarts }) => restarts), [1, 2, 3]);
  },
);

simulated.each(
  PLACES.flatMap((place) => [false, true].map((isAsync) => ({ ...place, isAsync }))),
)(
  "A failing setup is tried again after a restart, async $isAsync, on $where",
  async ({ workers, isAsync }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(lemon, 3, isAsync);
    const failing = assertRejects(() => ref.ask.fail(), RangeError, "handler failed");
    const waiting = ref.ask.restarts();
    await failing;
    assertEquals(await within(20_000, "the reply", waiting), 3);
  },
);

simulated.each(PLACES)(
  "Timers of the old incarnation never fire on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnFragile(system);
    await ref.ask.after(400, "old timer");
    await ref.ask.every(400, "old tick");
    await assertRejects(() => ref.ask.fail(), RangeError);
    await ref.ask.after(500, "new timer");
    await within(20_000, "the new timer", log.ask.logged("new timer"));
    assertEquals(await log.ask.entries(), ["failed", "new timer"]);
  },
);

simulated.each(PLACES)(
  "Timers that wait for their turn are dropped by a restart on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnFragile(system);
    await assertRejects(() => ref.ask.failBeforeTimer(), RangeError);
    await ref.ask.after(5, "new timer");
    await within(20_000, "the new timer", log.ask.logged("new timer"));
    assertEquals(await log.ask.entries(), ["new timer"]);
  },
);

simulated.each([...PLACES, { where: "two workers", workers: 2 }])(
  "Children stop, then onStop runs, before setup runs again on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(guardian, log);
    await assertRejects(() => ref.ask.fail(), RangeError);
    assertEquals(await within(20_000, "the restart", ref.ask.restarts()), 1);
    assertEquals(await log.ask.entries(), [
      "setup",
      "second child stopped",
      "first child stopped",
      "onStop",
      "setup",
    ]);
    await ref.stop();
  },
);

simulated.each(PLACES)(
  "Another message in work is finished before a restart on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnFragile(system, { concurrency: 2 });
    const held = ref.ask.hold("held");
    await log.ask.logged("held");
    await assertRejects(() => ref.ask.fail(), RangeError);
    const restarts = ref.ask.restarts();
    log.tell.open();
    await within(20_000, "the reply of the old incarnation", held);
    assertEquals(await restarts, 1);
  },
);

simulated.each(PLACES)(
  'A failing message that was told raises event "error" on $where',
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnFragile(system);
    const failures = events(system, "error");
    ref.tell.fail("told");
    assertEquals(await ref.ask.restarts(), 1);
    await assertRejects(() => ref.ask.fail("asked"), RangeError);
    assertEquals(await ref.ask.restarts(), 2);
    const [{ ref: actor, handler, error }, ...others] = failures as [typeof failures[0]];
    assertEquals([actor?.id, handler], [ref.id, "fail"]);
    assert(error instanceof RangeError && error.message === "told");
    assertEquals(others, []);
  },
);

simulated.each([
  { title: "is printed", isPrevented: false },
  { title: "is not printed after preventDefault()", isPrevented: true },
])('The event "error" $title', async ({ isPrevented }) => {
  const printed: unknown[][] = [];
  const { error } = console;
  console.error = (...args) => printed.push(args);
  try {
    await using system = new ActorSystem({ workers: 0 });
    const { ref } = await spawnFragile(system, { name: "fragile" });
    if (isPrevented) events(system, "error");
    ref.tell.fail("told");
    assertEquals(await ref.ask.restarts(), 1);
  } finally {
    console.error = error;
  }
  assertEquals(
    printed.map(([text]) => text),
    isPrevented ? [] : ['"fail" of actor "fragile" failed:'],
  );
});

simulated.each(PLACES)("A failing timer restarts the actor on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const { ref } = await spawnFragile(system);
  const failure = nextEvent(system, "error");
  const restart = nextEvent(system, "restart");
  await ref.ask.failByTimer();
  assertEquals((await within(20_000, "the error event", failure)).handler, "after");
  assertEquals((await within(20_000, "the restart", restart)).reason.kind, "error");
});
