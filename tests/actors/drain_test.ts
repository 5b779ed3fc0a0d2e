import { assertEquals, assertRejects } from "@std/assert";
import { type ActorOptions, ActorStoppedError, ActorSystem, Supervisor } from "../../mod.ts";
import { foreman, reborn, stillborn } from "../fixtures/life_drain.ts";
import { events, PLACES, probe } from "../fixtures/life_probe.ts";
import { source } from "../fixtures/life_stream.ts";
import { fragile } from "../fixtures/life_restart.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

function quietSystem(workers: number): ActorSystem {
  const system = new ActorSystem({ workers });
  system.addEventListener("error", (event) => event.preventDefault());
  return system;
}

/** One that is held in the middle of a message. */
async function spawnHeld(
  system: ActorSystem,
  options: ActorOptions = {},
  spawner: Pick<ActorSystem | Supervisor, "spawn"> = system,
) {
  const log = await system.spawn(probe);
  const ref = await spawner.spawn(fragile.with(options), log, { count: 0 });
  const held = ref.ask.hold("held");
  await within(20_000, "the actor to be held", log.ask.logged("held"));
  return { log, ref, held };
}

simulated.each(
  PLACES.flatMap((place) =>
    [
      { ...place, what: "a message fails", message: "fail", options: {} },
      {
        ...place,
        what: "a permanent actor leaves",
        message: "leave",
        options: { restart: "permanent" },
      },
    ] as const
  ),
)(
  "ActorRef.stop({ drain: true }) handles what waits also when $what on $where",
  async ({ workers, message, options }) => {
    await using system = quietSystem(workers);
    const { log, ref, held } = await spawnHeld(system, options);
    ref.tell.note("before");
    ref.tell[message]();
    ref.tell.note("after");
    const restarts = ref.ask.restarts();
    const stopped = ref.stop({ drain: true });
    log.tell.open();
    await within(20_000, "the stop", Promise.all([held, stopped]));
    const entries = await log.ask.entries();
    assertEquals(entries.filter((entry) => entry !== "failed"), ["held", "before", "after"]);
    assertEquals(await restarts, 1);
    assertEquals(await ref.exited, { kind: "shutdown" });
  },
);

simulated.each(PLACES)(
  "ActorRef.stop({ drain: true }) outlives a restart with the group on $where",
  async ({ workers }) => {
    await using system = quietSystem(workers);
    await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
    const { log, ref, held } = await spawnHeld(system, {}, supervisor);
    const sibling = await supervisor.spawn(fragile, log, { count: 0 });
    const waiting = ref.ask.restarts();
    const stopped = ref.stop({ drain: true });
    await assertRejects(() => sibling.ask.fail("failed"), RangeError);
    log.tell.open();
    await within(20_000, "the stop", Promise.all([held, stopped]));
    assertEquals(await waiting, 1);
    await until(20_000, "the sibling to be back", async () => await sibling.ask.restarts() === 1);
  },
);

simulated.each(
  PLACES.flatMap((place) => [
    { ...place, who: "an actor of the system", below: 0 },
    { ...place, who: "a child of a supervisor", below: 1 },
    { ...place, who: "a child of a supervisor below another one", below: 2 },
  ]),
)(
  "ActorSystem.shutdown() drains $who though messages fail on $where",
  async ({ workers, below }) => {
    await using system = quietSystem(workers);
    const limits = { maxRestarts: 100 };
    let spawner: ActorSystem | Supervisor = system;
    if (below > 0) spawner = new Supervisor({ system, ...limits });
    if (below > 1) spawner = (spawner as Supervisor).supervise(limits);
    const log = await system.spawn(probe);
    const ref = await spawner.spawn(fragile.with({ name: "drained" }), log, { count: 0 });
    ref.tell.nap(100);
    // A supervisor may allow more than an actor by itself.
    for (let i = 0; i < (below > 0 ? 6 : 2); i++) ref.tell.fail("failed");
    const last = ref.ask.increment();
    const { abandoned } = await within(4_000, "the shutdown", system.shutdown());
    assertEquals(abandoned, []);
    assertEquals(await last, 1);
  },
);

simulated.each(
  PLACES.flatMap((place) => (["stop", "shutdown"] as const).map((how) => ({ ...place, how }))),
)(
  "A drain by $how() while the actor starts again handles what waits on $where",
  async ({ workers, how }) => {
    await using system = quietSystem(workers);
    const log = await system.spawn(probe);
    const ref = await system.spawn(reborn, log, "start");
    ref.tell.fail();
    ref.tell.note("waited");
    await within(20_000, "the second start", log.ask.logged("starting again"));
    const noted = log.ask.logged("waited");
    const ended = how === "stop" ? ref.stop({ drain: true }) : system.shutdown();
    const late = how === "stop" && assertRejects(() => ref.ask.note("late"), ActorStoppedError);
    await within(20_000, "the end", Promise.all([ended, late, noted]));
    assertEquals(await ref.exited, { kind: "shutdown" });
  },
);

simulated.each(PLACES)(
  "ActorRef.stop({ drain: true }) does not wait for the back-off of a supervisor on $where",
  async ({ workers }) => {
    await using system = quietSystem(workers);
    await using supervisor = new Supervisor({ system, backoff: { minMs: 60_000, maxMs: 60_000 } });
    const log = await system.spawn(probe);
    const ref = await supervisor.spawn(fragile, log, { count: 0 });
    await assertRejects(() => ref.ask.fail(), RangeError);
    const waiting = ref.ask.restarts();
    await within(20_000, "the stop", ref.stop({ drain: true }));
    assertEquals(await waiting, 1);
    assertEquals(await ref.exited, { kind: "shutdown" });
  },
);

simulated.each(
  PLACES.flatMap((place) => [true, false].map((isSupervised) => ({ ...place, isSupervised }))),
)(
  "ActorRef.stop({ drain: true }) ends when no life begins any more on $where, supervised: $isSupervised",
  async ({ workers, isSupervised }) => {
    await using system = quietSystem(workers);
    await using supervisor = new Supervisor({ system, maxRestarts: 1_000_000 });
    const ref = await (isSupervised ? supervisor : system).spawn(stillborn);
    const failing = assertRejects(() => ref.ask.fail(), RangeError);
    const waiting = assertRejects(() => ref.ask.ping(), ActorStoppedError);
    const stopped = ref.stop({ drain: true });
    await within(20_000, "the end", Promise.all([failing, waiting, stopped]));
    assertEquals((await ref.exited).kind, "error");
  },
);

simulated.each(
  PLACES.flatMap((place) =>
    [
      { ...place, how: "stop", kind: "shutdown" },
      { ...place, how: "terminate", kind: "killed" },
    ] as const
  ),
)(
  "ActorRef.exited is $kind after $how() during a later setup that then fails, on $where",
  async ({ workers, how, kind }) => {
    await using system = quietSystem(workers);
    const log = await system.spawn(probe);
    const ref = await system.spawn(reborn, log, "fail to start");
    const restarts = events(system, "restart");
    ref.tell.fail();
    await within(20_000, "the second start", log.ask.logged("starting again"));
    const ended = ref[how]();
    log.tell.open();
    await within(20_000, "the end", ended);
    assertEquals(await ref.exited, { kind });
    assertEquals(restarts.length, 1);
  },
);

simulated.each(
  PLACES.flatMap((place) =>
    (["spawn", "supervise"] as const).flatMap((how) =>
      (["stop", "shutdown"] as const).map((end) => ({ ...place, how, end }))
    )
  ),
)(
  "A drain by $end() handles what an actor gave its children of $how() on $where",
  async ({ workers, how, end }) => {
    await using system = quietSystem(workers);
    const log = await system.spawn(probe);
    const ref = await system.spawn(foreman, log, how);
    ref.tell.delegate(["a", "b", "c"]);
    const noted = log.ask.logged("c");
    const ended = end === "stop" ? ref.stop({ drain: true }) : system.shutdown();
    await within(20_000, "the end", Promise.all([ended, noted]));
  },
);

for (const strategy of ["one-for-one", "one-for-all"] as const) {
  Deno.test(`Supervisor keeps neither timers nor messages waiting for lives that fail at once: ${strategy}`, async () => {
    await using system = quietSystem(0);
    const supervisor = new Supervisor({ system, strategy, maxRestarts: 1_000_000 });
    const restarts = events(system, "restart");
    const ref = await supervisor.spawn(stillborn);
    await assertRejects(() => ref.ask.fail(), RangeError);
    // By a timer.
    await until(20_000, "many restarts", () => restarts.length > 10);
    await within(20_000, "the stop", supervisor.stop());
    assertEquals((await ref.exited).kind, "shutdown");
  });
}

simulated.each(
  PLACES.flatMap((place) =>
    ([1, 3] as const).flatMap((concurrency) =>
      (["noting", "notingLater"] as const).map((handler) => ({ ...place, concurrency, handler }))
    )
  ),
)(
  "A drain runs generators that wait in the mailbox to their end: $handler on $where, concurrency: $concurrency",
  async ({ workers, concurrency, handler }) => {
    await using system = quietSystem(workers);
    const log = await system.spawn(probe);
    const ref = await system.spawn(source.with({ concurrency }), log);
    ref.tell[handler](["a", "b", "c"]);
    await within(20_000, "the stop", ref.stop({ drain: true }));
    assertEquals(await log.ask.entries(), ["a", "b", "c"]);
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() ends an endless generator that was told on $where",
  async ({ workers }) => {
    await using system = quietSystem(workers);
    const log = await system.spawn(probe);
    const ref = await system.spawn(source, log);
    ref.tell.endless();
    assertEquals(await within(20_000, "a reply meanwhile", ref.ask.ping()), "pong");
    assertEquals(await within(4_000, "the shutdown", system.shutdown()), { abandoned: [] });
  },
);
