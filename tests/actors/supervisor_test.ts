import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  type ActorOptions,
  ActorStoppedError,
  ActorSystem,
  HostLostError,
  RestartLimitError,
  type SuperviseOptions,
  Supervisor,
} from "../../mod.ts";
import { events, nextEvent, PLACES, probe } from "../fixtures/life_probe.ts";
import { phoenix } from "../fixtures/phoenix.ts";
import {
  contractor,
  double,
  endless,
  idle,
  kamikaze,
  lemonChild,
  overseer,
  slowChild,
  stopper,
  type Supervised,
  supervised,
} from "../fixtures/supervised.ts";
import { simulated, workersLeft } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

const STRATEGIES = ["one-for-one", "one-for-all", "rest-for-one"] as const;
const KINDS = ["permanent", "transient", "temporary"] as const;
const REASONS = ["normal", "shutdown", "error", "killed", "host-lost"] as const;

const STARTS_AGAIN = {
  permanent: { normal: true, shutdown: false, error: true, killed: false, "host-lost": true },
  transient: { normal: false, shutdown: false, error: true, killed: false, "host-lost": true },
  temporary: { normal: false, shutdown: false, error: false, killed: false, "host-lost": false },
};

/** Who stops and starts again with the second of three, a permanent and a transient one around it. */
const STEPS = {
  "one-for-one": { steps: ["b starts"], restarts: [0, 1, 0] },
  "one-for-all": {
    steps: ["c stops", "a stops", "a starts", "b starts", "c starts"],
    restarts: [1, 1, 1],
  },
  "rest-for-one": { steps: ["c stops", "b starts", "c starts"], restarts: [0, 1, 1] },
};

const NOBODY = { steps: [], restarts: [0, null, 0] };

const TABLE = STRATEGIES.flatMap((strategy) => KINDS.map((kind) => ({ strategy, kind })));

/** Ends an actor for a reason. */
async function endFor(ref: Supervised, reason: typeof REASONS[number]): Promise<void> {
  switch (reason) {
    case "normal":
      return await ref.ask.leave();
    case "shutdown":
      return await ref.stop();
    case "error":
      return void await assertRejects(() => ref.ask.fail(), RangeError);
    case "killed":
      return await ref.terminate();
    case "host-lost":
      return void await assertRejects(() => ref.ask.die("close"), HostLostError);
  }
}

type Log = Awaited<ReturnType<typeof spawnLog>>;
const spawnLog = (system: ActorSystem) => system.spawn(probe);

/** The entries after the first ones, once there are enough. */
async function entriesFrom(log: Log, first: number, count: number): Promise<string[]> {
  const hasAll = async () => (await log.ask.entries()).length >= first + count;
  await until(20_000, `${count} entries`, hasAll).catch(() => {});
  return (await log.ask.entries()).slice(first);
}

async function spawnAll(
  supervisor: Supervisor,
  log: Log,
  options: (ActorOptions | undefined)[],
): Promise<Supervised[]> {
  const refs: Supervised[] = [];
  for (const [at, each = {}] of options.entries()) {
    const name = "abcdefgh"[at]!;
    refs.push(await supervisor.spawn(supervised.with({ name, ...each }), log, name, { count: 10 }));
  }
  return refs;
}

const three = (supervisor: Supervisor, log: Log, options: ActorOptions = {}) =>
  spawnAll(supervisor, log, [options, options, options]) as Promise<
    [Supervised, Supervised, Supervised]
  >;

simulated.each(TABLE)(
  "Supervisor restarts as OTP does, across workers: $strategy, $kind",
  async ({ strategy, kind }) => {
    await using system = new ActorSystem({ workers: 2 });
    for (const reason of REASONS) {
      await using supervisor = new Supervisor({ system, strategy });
      const log = await spawnLog(system);
      const refs = await spawnAll(supervisor, log, [
        { restart: "permanent" },
        { restart: kind, on: reason === "host-lost" ? "own" : "any" },
        { restart: "transient" },
      ]);
      for (const ref of refs) assertEquals(await ref.ask.add(5), 15);
      await endFor(refs[1]!, reason);
      const startsAgain = STARTS_AGAIN[kind][reason];
      const { steps, restarts } = startsAgain ? STEPS[strategy] : NOBODY;
      const expected = [...reason === "host-lost" ? [] : ["b stops"], ...steps];
      assertEquals(await entriesFrom(log, 3, expected.length), expected, reason);
      if (!startsAgain) {
        assertEquals((await within(20_000, "the end", refs[1]!.exited)).kind, reason);
      }
      for (const [at, times] of restarts.entries()) {
        if (times !== null) await checkRestarted(system, refs[at]!, "abc"[at]!, times);
      }
      assertEquals(await entriesFrom(log, 3, expected.length), expected, reason);
    }
  },
);

/** Checks that it is the actor of before, started again so often with its first arguments. */
async function checkRestarted(
  system: ActorSystem,
  ref: Supervised,
  name: string,
  times: number,
): Promise<void> {
  assertEquals(await ref.ask.restarts(), times);
  assertEquals(await ref.ask.add(1), times === 0 ? 16 : 11);
  const found = await system.find<typeof supervised>(name);
  assertEquals(found?.id, ref.id);
  assert(await found!.ask.isSelf(ref));
}

// Budget

simulated.each(PLACES)(
  "Supervisor ends at the fourth failure, its children in reverse order, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const supervisor = new Supervisor({ system });
    const log = await spawnLog(system);
    const refs = await three(supervisor, log);
    for (let failure = 0; failure < 4; failure++) {
      await assertRejects(() => refs[failure % 3]!.ask.fail(`failure ${failure}`), RangeError);
      if (failure < 3) await refs[failure % 3]!.ask.restarts();
    }
    const reason = await within(20_000, "the end", supervisor.exited);
    assert(reason.kind === "error");
    assertInstanceOf(reason.error, RestartLimitError);
    assertInstanceOf(reason.error.cause, RangeError);
    assertEquals(reason.error.cause.message, "failure 3");
    await Promise.all(refs.map(({ exited }) => within(20_000, "a child's end", exited)));
    const entries = await log.ask.entries();
    assertEquals(entries.slice(-3), ["a stops", "c stops", "b stops"]);
    assertEquals(await system.find("a"), undefined);
    await assertRejects(() => supervisor.spawn(idle), ActorStoppedError);
    await assertRejects(() => refs[1].ask.restarts(), ActorStoppedError);
  },
);

Deno.test("Supervisor goes on when failures are slow", async () => {
  using time = new FakeTime();
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system });
  const log = await spawnLog(system);
  const [a] = await three(supervisor, log);
  for (let failure = 1; failure <= 8; failure++) {
    await assertRejects(() => a.ask.fail(), RangeError);
    assertEquals(await a.ask.restarts(), failure);
    time.tick(2_000);
  }
});

simulated("Supervisor pauses before restarts, stop() does not wait for that", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const supervisor = new Supervisor({ system, backoff: { minMs: 4_000 } });
  const log = await spawnLog(system);
  const [a] = await three(supervisor, log);
  await assertRejects(() => a.ask.fail(), RangeError);
  await within(3_000, "the stop", supervisor.stop());
  assertEquals(await within(3_000, "the reason", supervisor.exited), { kind: "shutdown" });
  assertEquals((await log.ask.entries()).filter((entry) => entry === "a starts").length, 1);
});

// Setup

simulated.each(PLACES)(
  "Supervisor.spawn() rejects when the first setup fails, and leaves nothing, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
    const log = await spawnLog(system);
    const bad = lemonChild.with({ name: "bad", restart: "permanent" });
    await assertRejects(() => supervisor.spawn(bad, log, [0]), RangeError, "setup 0 failed");
    assertEquals(await log.ask.entries(), ["start 0"]);
    assertEquals(await system.find("bad"), undefined);
    const good = await supervisor.spawn(bad, log, []);
    await assertRejects(() => good.ask.fail(), RangeError);
    assertEquals(await good.ask.restarts(), 1);
    assertEquals(await log.ask.entries(), ["start 0", "start 0", "start 1"]);
  },
);

simulated.each(PLACES)(
  "Supervisor tries a setup again that fails at a restart on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const log = await spawnLog(system);
    const ref = await supervisor.spawn(lemonChild, log, [1, 2]);
    const failing = assertRejects(() => ref.ask.fail(), RangeError, "failed");
    const restarts = ref.ask.restarts();
    await failing;
    assertEquals(await within(20_000, "the reply", restarts), 3);
  },
);

simulated.each(PLACES)(
  "Supervisor counts a setup that fails at restarts on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const supervisor = new Supervisor({ system });
    const log = await spawnLog(system);
    const ref = await supervisor.spawn(lemonChild, log, [1, 2, 3, 4, 5, 6]);
    const failing = assertRejects(() => ref.ask.fail(), RangeError, "failed");
    const waiting = assertRejects(() => ref.ask.restarts(), ActorStoppedError);
    const reason = await within(20_000, "the end", supervisor.exited);
    assert(reason.kind === "error" && reason.error instanceof RestartLimitError);
    assertEquals(`${reason.error.cause}`, "RangeError: setup 3 failed");
    assertEquals((await log.ask.entries()).length, 4);
    await Promise.all([failing, waiting]);
  },
);

simulated("Supervisor pauses longer each time a setup fails at a restart", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, backoff: { minMs: 40, jitter: 0 } });
  const log = await spawnLog(system);
  const ref = await supervisor.spawn(lemonChild, log, [1, 2]);
  const start = performance.now();
  await assertRejects(() => ref.ask.fail(), RangeError);
  assertEquals(await within(20_000, "the reply", ref.ask.restarts()), 3);
  assert(performance.now() - start >= 40 + 80 + 160 - 5);
});

// Messages

simulated.each(PLACES)(
  "Supervisor keeps the mailbox of an actor that failed, in order, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
    const log = await spawnLog(system);
    const [a, b] = await three(supervisor, log);
    for (let round = 1; round <= 3; round++) {
      const failing = assertRejects(() => a.ask.fail(), RangeError);
      const replies: Promise<number>[] = [];
      for (let n = 1; n <= 50; n++) {
        a.tell.add(1);
        replies.push(a.ask.add(1));
      }
      await failing;
      const counts = await within(20_000, "the replies", Promise.all(replies));
      assertEquals(counts, Array.from({ length: 50 }, (_, n) => 10 + 2 * n + 2));
      assertEquals(await b.ask.restarts(), round);
    }
    assertEquals(system.deadLetters, 0);
  },
);

simulated.each(PLACES)(
  "Supervisor keeps the mailbox of an actor that restarts with another one on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
    const log = await spawnLog(system);
    const [a, b] = await three(supervisor, log);
    const held = b.ask.holdToTheEnd("held");
    await log.ask.logged("held");
    for (let n = 0; n < 20; n++) b.tell.note(`note ${n}`);
    const failing = assertRejects(() => a.ask.fail(), RangeError);
    const restarts = b.ask.restarts();
    await failing;
    await within(20_000, "the held reply", held);
    assertEquals(await within(20_000, "the reply", restarts), 1);
    const notes = (await log.ask.entries()).filter((entry) => entry.startsWith("note"));
    assertEquals(notes, Array.from({ length: 20 }, (_, n) => `note ${n}`));
    assertEquals(system.deadLetters, 0);
  },
);

simulated.each(PLACES)(
  "Supervisor does not retry the failing message on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const log = await spawnLog(system);
    const [a] = await three(supervisor, log);
    await assertRejects(() => a.ask.fail("once"), RangeError, "once");
    assertEquals(await a.ask.restarts(), 1);
    assertEquals(await a.ask.restarts(), 1);
  },
);

simulated("Supervisor lets no timer of an ended incarnation fire", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
  const log = await spawnLog(system);
  const [a, b] = await three(supervisor, log);
  await b.ask.every(1, "tick");
  await within(20_000, "a tick", log.ask.logged("tick", 2));
  await assertRejects(() => a.ask.fail(), RangeError);
  await within(20_000, "the restart of b", log.ask.logged("b starts", 2));
  assertEquals(await b.ask.restarts(), 1);
  const ticks = (await log.ask.entries()).filter((entry) => entry === "tick").length;
  await b.ask.every(1, "tock");
  await within(20_000, "new ticks", log.ask.logged("tock", 5));
  assertEquals((await log.ask.entries()).filter((entry) => entry === "tick").length, ticks);
});

// Orders

simulated.each(PLACES.flatMap((place) => STRATEGIES.map((strategy) => ({ ...place, strategy }))))(
  "Supervisor never undoes stop() and terminate() of a permanent child: $strategy on $where",
  async ({ workers, strategy }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system, strategy });
    const log = await spawnLog(system);
    const [a, b, c] = await three(supervisor, log, { restart: "permanent" });
    await a.stop();
    await c.terminate();
    assertEquals([(await a.exited).kind, (await c.exited).kind], ["shutdown", "killed"]);
    assertEquals([await system.find("a"), await system.find("c")], [undefined, undefined]);
    await assertRejects(() => b.ask.fail(), RangeError);
    assertEquals(await b.ask.restarts(), 1);
    const starts = (await log.ask.entries()).filter((entry) => entry.endsWith("starts"));
    assertEquals(starts, ["a starts", "b starts", "c starts", "b starts"]);
    const again = await supervisor.spawn(supervised.with({ name: "a" }), log, "a");
    assertEquals(await again.ask.restarts(), 0);
  },
);

simulated.each(
  PLACES.flatMap((place) => (["stop", "terminate"] as const).map((order) => ({ ...place, order }))),
)("Supervisor never undoes $order() during a restart on $where", async ({ workers, order }) => {
  await using system = new ActorSystem({ workers });
  for (let round = 0; round < 30; round++) {
    await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
    const log = await spawnLog(system);
    const [a, b, c] = await three(supervisor, log, { restart: "permanent" });
    a.tell.leave();
    for (let turn = 0; turn < round % 10; turn++) await (turn % 2 === 0 ? null : c.ask.restarts());
    await within(20_000, order, b[order]());
    const reason = await within(20_000, "the end", b.exited);
    assertEquals(reason.kind, order === "stop" ? "shutdown" : "killed");
    await within(20_000, "the others", Promise.all([a.ask.restarts(), c.ask.restarts()]));
    await assertRejects(() => within(20_000, "a refusal", b.ask.restarts()), ActorStoppedError);
    assertEquals(await system.find("b"), undefined);
    const starts = (await log.ask.entries()).filter((entry) => entry === "b starts").length;
    const stops = (await log.ask.entries()).filter((entry) => entry === "b stops").length;
    assertEquals([starts, stops], [starts, starts]);
  }
});

simulated.each(PLACES)(
  "Supervisor does not start a child that is stopped right before its turn on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    for (let round = 0; round < 20; round++) {
      await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
      const log = await spawnLog(system);
      const first = await supervisor.spawn(stopper, { ref: null });
      const other = await supervisor.spawn(supervised.with({ name: "other" }), log, "other");
      await first.ask.aim(other);
      await assertRejects(() => first.ask.fail(), RangeError);
      await within(20_000, "the end", other.exited);
      await first.ask.aim(other);
      assertEquals(await log.ask.entries(), ["other starts", "other stops"]);
      assertEquals(await system.find("other"), undefined);
    }
  },
);

simulated.each(PLACES)(
  "Supervisor.stop() waits no longer than shutdownMs for a setup that hangs at a restart on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers, shutdownMs: 200 });
    const supervisor = new Supervisor({ system });
    const [log, gate] = await Promise.all([spawnLog(system), spawnLog(system)]);
    const ref = await supervisor.spawn(slowChild, log, gate, "slow", 1);
    await assertRejects(() => ref.ask.fail(), RangeError);
    await within(20_000, "the restart", gate.ask.logged("slow"));
    await within(4_000, "the stop", supervisor.stop());
    assertEquals((await within(3_000, "the end", ref.exited)).kind, "shutdown");
  },
);

simulated.each([...PLACES, { where: "two workers", workers: 2 }])(
  "Supervisor.stop() ends children in reverse order on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const supervisor = new Supervisor({ system });
    const log = await spawnLog(system);
    const refs = await three(supervisor, log, { restart: "permanent" });
    await supervisor.stop();
    assertEquals((await log.ask.entries()).slice(3), ["c stops", "b stops", "a stops"]);
    for (const { exited } of refs) assertEquals(await exited, { kind: "shutdown" });
    assertEquals(await supervisor.exited, { kind: "shutdown" });
    for (const name of ["a", "b", "c"]) assertEquals(await system.find(name), undefined);
    await supervisor.stop();
    await assertRejects(() => supervisor.spawn(idle), ActorStoppedError);
    assertThrows(() => supervisor.supervise(), ActorStoppedError);
  },
);

simulated.each(PLACES)(
  "Supervisor.stop() during a spawn leaves nothing on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    for (let round = 0; round < 20; round++) {
      const supervisor = new Supervisor({ system });
      const log = await spawnLog(system);
      const spawning = supervisor.spawn(supervised.with({ name: "a" }), log, "a");
      const spawned = spawning.then(({ exited }) => exited, (error: Error) => error);
      for (let turn = 0; turn < round; turn++) await null;
      await within(20_000, "the stop", supervisor.stop());
      const outcome = await within(20_000, "the outcome", spawned);
      assert(outcome instanceof ActorStoppedError || "kind" in outcome, String(outcome));
      assertEquals(await system.find("a"), undefined);
      const entries = await log.ask.entries();
      assert(alternates(entries) && entries.length % 2 === 0, entries.join(", "));
    }
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() ends supervisors in reverse order on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const log = await spawnLog(system);
    const first = new Supervisor({ system });
    const second = new Supervisor({ system });
    const [a, b] = await Promise.all([
      first.spawn(supervised.with({ restart: "permanent" }), log, "a"),
      second.spawn(supervised.with({ restart: "permanent" }), log, "b"),
    ]);
    const last = await system.spawn(supervised, log, "last");
    const entries: string[] = [];
    for (const [name, { exited }] of Object.entries({ a, b, last, first, second })) {
      exited.then(({ kind }) => entries.push(`${name} ${kind}`));
    }
    const { abandoned } = await within(8_000, "the shutdown", system.shutdown());
    await until(10_000, "the ends", () => entries.length === 5);
    assertEquals(abandoned, []);
    const children = entries.filter((entry) => !/first|second/.test(entry));
    assertEquals(children, ["last shutdown", "b shutdown", "a shutdown"]);
    assert(entries.indexOf("second shutdown") < entries.indexOf("first shutdown"));
    assertThrows(() => new Supervisor({ system }), ActorStoppedError);
  },
);

simulated.each(PLACES)(
  "Supervisor right after shutdown() takes no more from outside on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const supervisor = new Supervisor({ system });
    const nested = supervisor.supervise();
    const down = system.shutdown();
    const refused = "the system has shut down";
    const calls = [supervisor, nested].flatMap((each) => {
      assertThrows(() => each.supervise(), ActorStoppedError, refused);
      return [each.spawn(idle), each.run(double, 2)].map((call) => {
        return assertRejects(() => call, ActorStoppedError, refused);
      });
    });
    await Promise.all(calls);
    assertEquals(await within(20_000, "the shutdown", down), { abandoned: [] });
    assertEquals(await supervisor.collect(), []);
    const ended = "Cannot run task: the supervisor has ended";
    const error = await assertRejects(() => supervisor.run(double, 2), ActorStoppedError, ended);
    assertEquals(error.what, "supervisor");
  },
);

simulated.each(PLACES)(
  "Supervisor.spawn() keeps nothing once stop() was called, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const log = await spawnLog(system);
    const supervisor = new Supervisor({ system });
    const refused = (call: Promise<unknown>) =>
      assertRejects(() => call, ActorStoppedError, "Cannot spawn actor: the supervisor has ended");
    const early = refused(supervisor.spawn(supervised, log, "early"));
    const stopped = supervisor.stop();
    await Promise.all([early, refused(supervisor.spawn(supervised, log, "late"))]);
    await within(20_000, "the end", stopped);
    assertEquals((await log.ask.entries()).filter((entry) => entry.startsWith("late")), []);
  },
);

// Nesting

simulated.each(PLACES)("Supervisor.supervise() escalates through three levels on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const limits: SuperviseOptions = { maxRestarts: 1 };
  const top = new Supervisor({ system, ...limits });
  const middle = top.supervise(limits);
  const low = middle.supervise(limits);
  const log = await spawnLog(system);
  const ref = await low.spawn(supervised.with({ name: "deep" }), log, "deep");
  // Low gives up at each second failure, middle at each second of these, top at the second of those.
  for (let failure = 1; failure <= 7; failure++) {
    await assertRejects(() => within(20_000, "the failure", ref.ask.fail()), RangeError);
    assertEquals(await within(20_000, `restart ${failure}`, ref.ask.restarts()), failure);
  }
  await assertRejects(() => ref.ask.fail("the last"), RangeError);
  const reason = await within(20_000, "the end", top.exited);
  assert(reason.kind === "error");
  const causes = [];
  for (let error = reason.error as Error; error instanceof Error; error = error.cause as Error) {
    causes.push(error.name);
  }
  assertEquals(causes, [...Array(3).fill("RestartLimitError"), "RangeError"]);
  await Promise.all([middle.exited, low.exited, within(20_000, "the child's end", ref.exited)]);
  assertEquals(await system.find("deep"), undefined);
});

simulated(
  "A child that its supervisor gave up is shut down as others are once it is back",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using top = new Supervisor({ system });
    const nested = top.supervise({ maxRestarts: 0 });
    const child = await nested.spawn(supervised, await spawnLog(system), "child");
    await assertRejects(() => child.ask.fail(), RangeError);
    assertEquals(await within(20_000, "the restart", child.ask.restarts()), 1);
    await nested.stop();
    assertEquals(await child.exited, { kind: "shutdown" });
  },
);

simulated.each(PLACES)(
  "Supervisor restarts a supervisor with its subtree, refs stay valid, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using top = new Supervisor({ system, strategy: "one-for-all" });
    const log = await spawnLog(system);
    const outer = await top.spawn(supervised, log, "outer");
    const nested = top.supervise();
    const [a, b, c] = await three(nested, log);
    const deepest = await nested.supervise().spawn(supervised, log, "deepest");
    assertEquals(await Promise.all([a, b, c, deepest].map((ref) => ref.ask.add(5))), [
      15,
      15,
      15,
      5,
    ]);
    await assertRejects(() => outer.ask.fail(), RangeError);
    await within(20_000, "the restarts", log.ask.logged("deepest starts", 2));
    const counts = await Promise.all([a, b, c, deepest].map((ref) => ref.ask.add(1)));
    assertEquals(counts, [11, 11, 11, 1]);
    assertEquals((await log.ask.entries()).slice(5), [
      "outer stops",
      "deepest stops",
      "c stops",
      "b stops",
      "a stops",
      "outer starts",
      "a starts",
      "b starts",
      "c starts",
      "deepest starts",
    ]);
    assertEquals((await system.find("b"))?.id, b.id);
  },
);

simulated("Supervisor.stop() of a nested one is never undone", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using top = new Supervisor({ system, strategy: "one-for-all" });
  const log = await spawnLog(system);
  const outer = await top.spawn(supervised, log, "outer");
  const nested = top.supervise();
  const [a] = await three(nested, log, { restart: "permanent" });
  await nested.stop();
  assertEquals([await nested.exited, await a.exited], [{ kind: "shutdown" }, { kind: "shutdown" }]);
  await assertRejects(() => outer.ask.fail(), RangeError);
  assertEquals(await outer.ask.restarts(), 1);
  assertEquals((await log.ask.entries()).filter((entry) => entry === "a starts").length, 1);
});

simulated(
  "A child added to a supervisor that has given up starts once when that is back",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using top = new Supervisor({ system, backoff: { minMs: 150, jitter: 0 } });
    const nested = top.supervise({ maxRestarts: 0 });
    const log = await spawnLog(system);
    const [a] = await three(nested, log);
    await assertRejects(() => a.ask.fail(), RangeError);
    await within(20_000, "the end of a's fellows", log.ask.logged("b stops"));
    const late = await within(
      5_000,
      "the late child",
      nested.spawn(supervised.with({ name: "late" }), log, "late"),
    );
    assertEquals(await within(20_000, "the restart", a.ask.restarts()), 1);
    await within(20_000, "the late child's reply", late.ask.restarts());
    const entries = (await log.ask.entries()).filter((entry) => entry.startsWith("late"));
    assertEquals(alternates(entries), true, entries.join(", "));
  },
);

/** Whether starts and stops come by turns. */
function alternates(entries: readonly string[]): boolean {
  return entries.every((entry, at) => entry.endsWith(at % 2 === 0 ? "starts" : "stops"));
}

simulated.each(PLACES)(
  "ActorContext.supervise(): giving up is the actor's error, and restarts it, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await spawnLog(system);
    const restart = nextEvent(system, "restart");
    const boss = await system.spawn(overseer, log, { maxRestarts: 0 }, "boss");
    const child = await boss.ask.child();
    await assertRejects(() => child.ask.fail(), RangeError);
    const { reason } = await within(20_000, "the restart", restart);
    assert(reason.kind === "error");
    assertInstanceOf(reason.error, RestartLimitError);
    assertEquals(await within(20_000, "the boss", boss.ask.restarts()), 1);
    assertEquals((await child.exited).kind, "shutdown");
    const next = await boss.ask.child();
    assert(next.id !== child.id);
    assertEquals(await next.ask.restarts(), 0);
    assertEquals(await log.ask.entries(), [
      "boss starts",
      "boss child starts",
      "boss child stops",
      "boss stops",
      "boss starts",
      "boss child starts",
    ]);
  },
);

simulated.each(PLACES)(
  "ActorContext.supervise() escalates to the supervisor of its actor on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const top = new Supervisor({ system, maxRestarts: 1 });
    const log = await spawnLog(system);
    const boss = await top.spawn(overseer, log, { maxRestarts: 0 }, "boss");
    for (let round = 0; round < 2; round++) {
      await within(20_000, "the start", log.ask.logged("boss child starts", round + 1));
      const child = await within(20_000, "the child", boss.ask.child());
      await assertRejects(() => child.ask.fail(), RangeError);
    }
    const reason = await within(20_000, "the end", top.exited);
    assert(reason.kind === "error");
    const { cause } = reason.error as Error;
    assertInstanceOf(cause, RestartLimitError);
    assertEquals((await boss.exited).kind, "error");
  },
);

simulated.each(PLACES)(
  "ActorContext.supervise(): children stop with their actor on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await spawnLog(system);
    const boss = await system.spawn(overseer, log, {}, "boss");
    const child = await boss.ask.child();
    assertEquals(await boss.ask.run(21), 42);
    await boss.stop();
    assertEquals((await child.exited).kind, "shutdown");
    assertEquals((await log.ask.entries()).slice(2), ["boss child stops", "boss stops"]);
    assertEquals(await system.find("boss child"), undefined);
  },
);

// Starts that meet restarts

simulated.each(PLACES)(
  "Supervisor starts a child once that is being spawned while others restart on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
    const [log, gateA, gateB] = await Promise.all([
      spawnLog(system),
      spawnLog(system),
      spawnLog(system),
    ]);
    const a = await supervisor.spawn(slowChild, log, gateA, "a", 1);
    const spawning = supervisor.spawn(slowChild, log, gateB, "b", 0);
    await within(20_000, "the start of b", gateB.ask.logged("b"));
    await assertRejects(() => a.ask.fail(), RangeError);
    gateB.tell.open();
    // Where b is ended first, a's next start comes later.
    await within(20_000, "the restart of a", gateA.ask.logged("a"));
    const b = await within(20_000, "the spawn of b", spawning);
    gateA.tell.open();
    assertEquals(await within(20_000, "a", a.ask.restarts()), 1);
    await within(20_000, "b", b.ask.restarts());
    const entries = (await log.ask.entries()).filter((entry) => entry.startsWith("b"));
    assertEquals(alternates(entries), true, entries.join(", "));
  },
);

simulated("A task that is added while a supervisor starts again runs once", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using top = new Supervisor({ system, strategy: "one-for-all" });
  const [log, gate] = await Promise.all([spawnLog(system), spawnLog(system)]);
  const outer = await top.spawn(supervised, log, "outer");
  const nested = top.supervise();
  await nested.spawn(slowChild, log, gate, "slow", 1);
  await assertRejects(() => outer.ask.fail(), RangeError);
  await within(20_000, "the restart", gate.ask.logged("slow"));
  const open = nested.run(endless.with({ restart: "transient" }), log, "task runs");
  const ended = assertRejects(() => open, ActorStoppedError);
  await within(20_000, "the run", log.ask.logged("task runs"));
  gate.tell.open();
  const last = await within(20_000, "another child", top.spawn(supervised, log, "last"));
  await within(20_000, "its reply", last.ask.restarts());
  for (let turn = 0; turn < 5; turn++) await nested.run(double, turn);
  assertEquals((await log.ask.entries()).filter((entry) => entry === "task runs").length, 1);
  await nested.stop();
  await ended;
});

// The implicit system

simulated(
  "Supervisor without a system uses a shared one, which ends with its last user",
  async () => {
    await using first = new Supervisor();
    const ref = await first.spawn(idle.with({ name: "shared" }));
    await using second = new Supervisor();
    await second.spawn(idle.with({ on: "here" }));
    await assertRejects(() => second.spawn(idle.with({ name: "shared" })), Error, "shared");
    await second.stop();
    assertEquals(await ref.ask.ping(), "pong");
    await first.stop();
    assertEquals((await ref.exited).kind, "shutdown");
  },
);

simulated("Supervisor without a system begins a new one after the last user", async () => {
  for (let round = 0; round < 5; round++) {
    await using supervisor = new Supervisor();
    const ref = await supervisor.spawn(idle.with({ name: "again", on: "here" }));
    assertEquals(await ref.ask.ping(), "pong");
  }
});

simulated("Supervisor without a system lets go of it when it gives up", async () => {
  const supervisor = new Supervisor({ maxRestarts: 0 });
  const log = await supervisor.spawn(probe.with({ shutdownMs: undefined }));
  const ref = await supervisor.spawn(supervised.with({ on: "here" }), log, "a");
  await assertRejects(() => ref.ask.fail(), RangeError);
  assertEquals((await within(20_000, "the end", supervisor.exited)).kind, "error");
  await supervisor.stop();
});

simulated.each(PLACES)(
  "Supervisor without a system uses that of its actor on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(contractor);
    assertEquals(await within(20_000, "the results", ref.ask.collect()), [8, true]);
  },
);

// Options

simulated.each([
  { options: { strategy: "all" }, type: TypeError, parts: ["strategy", '"all"'] },
  { options: { strategy: 1 }, type: TypeError, parts: ["strategy", "1"] },
  { options: { maxRestarts: -1 }, type: RangeError, parts: ["maxRestarts", "-1"] },
  { options: { maxRestarts: 1.5 }, type: RangeError, parts: ["maxRestarts", "1.5"] },
  { options: { maxRestarts: NaN }, type: RangeError, parts: ["maxRestarts", "NaN"] },
  { options: { maxRestarts: "3" }, type: RangeError, parts: ["maxRestarts", '"3"'] },
  { options: { withinMs: -1 }, type: RangeError, parts: ["withinMs", "-1"] },
  { options: { maxRestarts: Infinity }, type: RangeError, parts: ["maxRestarts", "Infinity"] },
  { options: { withinMs: 0 }, type: RangeError, parts: ["withinMs", "0"] },
  { options: { withinMs: NaN }, type: RangeError, parts: ["withinMs", "NaN"] },
  { options: { withinMs: "5" }, type: RangeError, parts: ["withinMs", '"5"'] },
  { options: { backoff: { minMs: -5 } }, type: RangeError, parts: ["backoff.minMs", "-5"] },
  { options: { backoff: { minMs: Infinity } }, type: RangeError, parts: ["minMs", "Infinity"] },
  { options: { backoff: { maxMs: NaN } }, type: RangeError, parts: ["backoff.maxMs", "NaN"] },
  { options: { backoff: { jitter: 1.5 } }, type: RangeError, parts: ["backoff.jitter", "1.5"] },
  { options: { backoff: { jitter: -0.1 } }, type: RangeError, parts: ["backoff.jitter", "-0.1"] },
  { options: { backoff: { jitter: NaN } }, type: RangeError, parts: ["backoff.jitter", "NaN"] },
  { options: { backoff: { jitter: "0.5" } }, type: RangeError, parts: ["backoff.jitter", '"0.5"'] },
  { options: { backoff: 100 }, type: TypeError, parts: ["backoff", "100"] },
  { options: { backoff: null }, type: TypeError, parts: ["backoff", "null"] },
])("Supervisor refuses $options", async ({ options, type, parts }) => {
  await using system = new ActorSystem({ workers: 0 });
  const bad = options as SuperviseOptions;
  const error = assertThrows(() => new Supervisor({ ...bad, system }), type, "Cannot ");
  for (const part of parts) assert(error.message.includes(part), error.message);
  await using supervisor = new Supervisor({ system });
  assertThrows(() => supervisor.supervise(bad), type, parts[0]!);
});

simulated("Supervisor refuses what is no system, no actor and no task", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system });
  const no = { no: "thing" } as never;
  assertThrows(() => new Supervisor({ system: no }), TypeError, "system");
  await assertRejects(() => supervisor.spawn(no), TypeError, "Cannot spawn actor");
  await assertRejects(() => supervisor.run(no), TypeError, "Cannot run task");
  await assertRejects(() => supervisor.run(undefined as never), TypeError, "Cannot run task");
});

// Loss of hosts

simulated.each([{ worker: "web" }, { worker: "thread" }] as const)(
  "Supervisor brings back the children of a lost $worker worker, one-for-one",
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 1, worker });
    await using supervisor = new Supervisor({ system });
    const log = await spawnLog(system);
    const refs = await three(supervisor, log);
    for (let round = 1; round <= 3; round++) {
      const pending = refs[1].ask.wait();
      const asks = [pending, refs[0].ask.die("close")];
      for (const { status } of await within(4_000, "the asks", Promise.allSettled(asks))) {
        assertEquals(status, "rejected");
      }
      await assertRejects(() => pending, HostLostError);
      const counts = Promise.all(refs.map((ref) => ref.ask.add(1)));
      assertEquals(await within(4_000, `the actors, round ${round}`, counts), [11, 11, 11]);
      assertEquals(await Promise.all(refs.map((ref) => ref.ask.restarts())), [round, round, round]);
      const entries = (await log.ask.entries()).slice(3 * round);
      assertEquals(entries.sort(), ["a starts", "b starts", "c starts"]);
    }
    assertEquals((await system.find("c"))?.id, refs[2].id);
  },
);

simulated("Supervisor ends at the fourth loss of a worker, and pending asks reject", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const supervisor = new Supervisor({ system });
  const log = await spawnLog(system);
  const refs = await three(supervisor, log, { name: undefined });
  for (let loss = 1; loss <= 4; loss++) {
    await assertRejects(() => within(4_000, "the loss", refs[0].ask.die("exit")), HostLostError);
    if (loss === 4) break;
    const counts = Promise.all(refs.map((ref) => ref.ask.add(1)));
    assertEquals(await within(4_000, `the actors after loss ${loss}`, counts), [11, 11, 11]);
  }
  const reason = await within(20_000, "the end", supervisor.exited);
  assert(reason.kind === "error" && reason.error instanceof RestartLimitError);
  assertInstanceOf(reason.error.cause, HostLostError);
  for (const ref of refs) {
    await within(20_000, "a child's end", ref.exited);
    await assertRejects(() => within(4_000, "a refusal", ref.ask.add(1)), Error);
  }
});

simulated("Supervisor restarts all on two workers when one is lost, each once", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
  const log = await spawnLog(system);
  const refs = await spawnAll(supervisor, log, Array(4).fill({}));
  const threads = await Promise.all(refs.map((ref) => ref.ask.thread()));
  assertEquals(new Set(threads).size, 2);
  const onLost = refs.map((_, at) => threads[at] === threads[0]);
  await assertRejects(() => within(4_000, "the loss", refs[0]!.ask.die("close")), HostLostError);
  const counts = Promise.all(refs.map((ref) => ref.ask.add(1)));
  assertEquals(await within(4_000, "the actors", counts), [11, 11, 11, 11]);
  assertEquals(await Promise.all(refs.map((ref) => ref.ask.restarts())), [1, 1, 1, 1]);
  const names = ["a", "b", "c", "d"];
  const stops = names.filter((_, at) => !onLost[at]).reverse().map((name) => `${name} stops`);
  const starts = names.map((name) => `${name} starts`);
  assertEquals((await log.ask.entries()).slice(4), [...stops, ...starts]);
});

simulated("Supervisor starts nobody twice when a failure meets the loss of a worker", async () => {
  await using system = new ActorSystem({ workers: 2 });
  for (let round = 0; round < 24; round++) {
    const strategy = STRATEGIES[round % 3]!;
    await using supervisor = new Supervisor({ system, strategy, maxRestarts: 10 });
    const log = await spawnLog(system);
    const refs = await spawnAll(supervisor, log, Array(4).fill({}));
    const settled = Promise.allSettled([
      refs[round % 4]!.ask.fail(),
      waitTurns(round).then(() => refs[(round >> 1) % 4]!.ask.die("close")),
      refs[3]!.ask.add(1),
    ]);
    await within(20_000, "the asks", settled);
    const counts = Promise.all(refs.map((ref) => ref.ask.add(1)));
    const replies = await within(20_000, `the actors, round ${round}`, counts);
    await within(20_000, "the stop", supervisor.stop());
    // A thread that is lost stops nobody, so a start follows each end at most.
    for (const [at, name] of ["a", "b", "c", "d"].entries()) {
      const starts = (await log.ask.entries()).filter((entry) => entry === `${name} starts`);
      assert(starts.length >= 1 && starts.length <= 3, `round ${round}, ${name}: ${starts.length}`);
      assert(replies[at]! >= 11 && replies[at]! <= 12, `round ${round}, ${name}: ${replies[at]}`);
    }
  }
});

async function waitTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await null;
}

simulated("Supervisor starts nobody twice who is lost while another one starts", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, strategy: "one-for-all", maxRestarts: 10 });
  const [log, gate] = await Promise.all([spawnLog(system), spawnLog(system)]);
  const a = await supervisor.spawn(slowChild.with({ on: "here" }), log, gate, "a", 1);
  const b = await supervisor.spawn(supervised, log, "b");
  const neighbour = await system.spawn(supervised.with({ near: b }), log, "neighbour");
  await assertRejects(() => a.ask.fail(), RangeError);
  await within(20_000, "the restart of a", gate.ask.logged("a"));
  await assertRejects(() => within(20_000, "the loss", neighbour.ask.die("close")), HostLostError);
  gate.tell.open();
  await within(20_000, "a", a.ask.restarts());
  await within(20_000, "b", b.ask.restarts());
  assertEquals(await within(20_000, "the neighbour", neighbour.ask.restarts()), 1);
  await within(20_000, "the stop", supervisor.stop());
  const entries = (await log.ask.entries()).filter((entry) => entry.startsWith("b"));
  assertEquals(alternates(entries), true, entries.join(", "));
});

simulated("Supervisor gives up on a child that ends its thread at each start", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const supervisor = new Supervisor({ system });
  const log = await spawnLog(system);
  const ref = await supervisor.spawn(kamikaze, log);
  await assertRejects(() => ref.ask.fail(), RangeError);
  const reason = await within(20_000, "the end", supervisor.exited);
  assert(reason.kind === "error" && reason.error instanceof RestartLimitError);
  assertEquals((await log.ask.entries()).length, 4);
  await within(20_000, "the child's end", ref.exited);
});

simulated(
  "Supervisor brings back many children of a lost worker soon, in spite of a pause",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using supervisor = new Supervisor({ system, backoff: { minMs: 100, jitter: 0 } });
    const log = await spawnLog(system);
    const refs = await Promise.all(
      Array.from({ length: 40 }, (_, at) => supervisor.spawn(supervised, log, `${at}`)),
    );
    await assertRejects(() => within(4_000, "the loss", refs[0]!.ask.die("close")), HostLostError);
    const replies = Promise.all(refs.map((ref) => ref.ask.restarts()));
    assertEquals(await within(4_000, "the children", replies), Array(40).fill(1));
  },
);

simulated("Supervisor on a worker brings back its child on another one", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const log = await spawnLog(system);
  const boss = await system.spawn(overseer, log, {}, "boss");
  const child = await boss.ask.child();
  for (let round = 1; round <= 3; round++) {
    await assertRejects(() => within(4_000, "the loss", child.ask.die("close")), HostLostError);
    assertEquals(await within(4_000, "the child", child.ask.restarts()), round);
    assertEquals(await boss.ask.restarts(), 0);
  }
});

simulated("Supervisor of a lost worker: its children end, and their names are free", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using top = new Supervisor({ system });
  const log = await spawnLog(system);
  const boss = await top.spawn(overseer, log, {}, "boss");
  for (let round = 1; round <= 3; round++) {
    const child = await within(4_000, "the child", boss.ask.child());
    await assertRejects(() => within(4_000, "the loss", boss.ask.die("close")), HostLostError);
    await within(4_000, "the old child's end", child.exited);
    assertEquals(await within(4_000, "the boss", boss.ask.restarts()), round);
    const next = await boss.ask.child();
    assertEquals(await within(4_000, "the new child", next.ask.add(1)), 1);
    assertEquals((await system.find("boss child"))?.id, next.id);
  }
});

simulated("Supervisor.stop() during the loss of a worker brings nobody back", async () => {
  await using system = new ActorSystem({ workers: 2 });
  for (let round = 0; round < 12; round++) {
    const strategy = STRATEGIES[round % 3]!;
    const supervisor = new Supervisor({ system, strategy });
    const log = await spawnLog(system);
    const refs = await three(supervisor, log);
    const lost = assertRejects(() => refs[0].ask.die("close"), Error);
    if (round % 4 > 0) await within(4_000, "the loss", lost);
    await waitTurns(round % 4 * 20);
    await within(20_000, `the stop, round ${round}`, supervisor.stop());
    await within(4_000, "the loss", lost);
    for (const ref of refs) await within(4_000, "a child's end", ref.exited);
    const before = (await log.ask.entries()).length;
    await using next = new Supervisor({ system });
    await within(4_000, "the names", three(next, log));
    assertEquals((await log.ask.entries()).length, before + 3);
  }
});

simulated.each([{ order: "stop" }, { order: "terminate" }] as const)(
  "Supervisor never undoes $order() of a child that is lost with its worker",
  async ({ order }) => {
    await using system = new ActorSystem({ workers: 1 });
    for (let round = 0; round < 12; round++) {
      const strategy = STRATEGIES[round % 3]!;
      await using supervisor = new Supervisor({ system, strategy, maxRestarts: 10 });
      const log = await spawnLog(system);
      const [a, b, c] = await three(supervisor, log, { restart: "permanent" });
      const lost = assertRejects(() => c.ask.die("close"), HostLostError);
      if (round % 4 > 0) await within(4_000, "the loss", lost);
      await waitTurns(round % 4 * 20);
      await within(20_000, `the ${order}, round ${round}`, b[order]());
      await within(4_000, "the loss", lost);
      await within(4_000, "the end", b.exited);
      const others = Promise.all([a.ask.restarts(), c.ask.restarts()]);
      assertEquals(await within(4_000, "the others", others), [1, 1]);
      await assertRejects(() => within(4_000, "a refusal", b.ask.restarts()), Error);
      assertEquals(await system.find("b"), undefined);
    }
  },
);

simulated("ActorSystem.shutdown() during the loss of workers ends supervisors", async () => {
  for (let round = 0; round < 8; round++) {
    const system = new ActorSystem({ workers: 2 });
    const log = await spawnLog(system);
    const supervisor = new Supervisor({ system, strategy: STRATEGIES[round % 3] });
    const refs = await three(supervisor.supervise(), log);
    const lost = [refs[0], refs[1]].map((ref) => ref.ask.die("close").catch(() => {}));
    if (round % 4 > 0) await within(4_000, "the loss", lost[0]!);
    await waitTurns(round % 4 * 10);
    const { abandoned } = await within(8_000, `the shutdown, round ${round}`, system.shutdown());
    assertEquals(abandoned, []);
    await within(3_000, "the end", supervisor.exited);
    await within(3_000, "the losses", Promise.all(lost));
  }
});

simulated("Supervisor.stop() during the loss of a worker of its own leaves no thread", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const log = await spawnLog(system);
  for (let round = 0; round < 20; round++) {
    const supervisor = new Supervisor({ system });
    const ref = await supervisor.spawn(supervised.with({ on: "own" }), log, "own");
    await supervisor.spawn(idle.with({ on: "own" }));
    const lost = assertRejects(() => ref.ask.die("close"), Error);
    if (round % 2 === 0) await within(4_000, "the loss", lost);
    await waitTurns(round * 20);
    await within(20_000, `the stop, round ${round}`, supervisor.stop());
    await within(4_000, "the loss", lost);
  }
  await until(10_000, "the end of all threads", async () => (await workersLeft()).length === 0);
});

simulated('Supervisor raises event "restart" for each child that starts again', async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
  const log = await spawnLog(system);
  const refs = await three(supervisor, log);
  const restarts = events(system, "restart");
  await assertRejects(() => refs[1].ask.fail("why"), RangeError);
  await Promise.all(refs.map((ref) => ref.ask.restarts()));
  await until(10_000, "the events", () => restarts.length === 3);
  assertEquals(restarts.map(({ ref }) => ref.id), refs.map(({ id }) => id));
  assertEquals(restarts.map(({ restarts }) => restarts), [1, 1, 1]);
  assertEquals(restarts.map(({ reason }) => reason.kind), ["error", "error", "error"]);
});

simulated.each(PLACES.flatMap((place) => STRATEGIES.map((strategy) => ({ ...place, strategy }))))(
  "Supervisor restarts an actor that fails right after each restart: $strategy on $where",
  async ({ workers, strategy }) => {
    await using system = new ActorSystem({ workers });
    events(system, "error");
    const log = await spawnLog(system);
    for (let round = 0; round < 10; round++) {
      await using supervisor = new Supervisor({ system, strategy });
      const ref = await supervisor.spawn(lemonChild, log, []);
      await supervisor.spawn(idle);
      for (let failure = 0; failure < 3; failure++) ref.tell.fail();
      assertEquals(await within(4_000, `the reply, round ${round}`, ref.ask.restarts()), 3);
    }
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() names the child of a supervisor that would not stop, on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers, shutdownMs: 300 });
    const supervisor = new Supervisor({ system });
    const ref = await supervisor.spawn(phoenix.with({ name: "stuck", concurrency: 1 }), 0);
    const other = await supervisor.spawn(phoenix.with({ name: "well" }), 0);
    const waiting = assertRejects(() => ref.ask.wait(), ActorStoppedError);
    const { abandoned } = await within(20_000, "the shutdown", system.shutdown());
    assertEquals(abandoned, ["stuck"]);
    await within(3_000, "the ask", waiting);
    assertEquals((await other.exited).kind, "shutdown");
    assertEquals((await supervisor.exited).kind, "shutdown");
  },
);
