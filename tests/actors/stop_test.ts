import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  type ActorOptions,
  ActorStoppedError,
  ActorSystem,
  type ExitReason,
  HostLostError,
  type RefOf,
} from "../../mod.ts";
import { events, PLACES, probe } from "../fixtures/life_probe.ts";
import { ender, idler, leaver, observer } from "../fixtures/life_stop.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { until, within } from "../testing.ts";

async function spawnEnder(system: ActorSystem, options: ActorOptions = {}) {
  const log = await system.spawn(probe);
  return { log, ref: await system.spawn(ender.with(options), log) };
}

/** One that is held in the middle of a message. */
async function spawnHeld(system: ActorSystem, options: ActorOptions = {}) {
  const { log, ref } = await spawnEnder(system, options);
  const held = ref.ask.hold("held");
  await within(20_000, "the actor to be held", log.ask.logged("held"));
  return { log, ref, held };
}

simulated.each(PLACES)(
  "ActorRef.stop() ends after the current message on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await spawnHeld(system);
    const waiting = assertRejects(() => ref.ask.note("waiting"), ActorStoppedError);
    const stopped = ref.stop();
    await within(20_000, "the refusal of what waits", waiting);
    log.tell.open();
    await within(20_000, "the reply to the current message", held);
    await within(20_000, "the stop", stopped);
    assertEquals(await ref.exited, { kind: "shutdown" });
    assertEquals(await log.ask.entries(), ["held"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() makes dead letters of what waits on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const letters = events(system, "deadletter");
    const { log, ref, held } = await spawnHeld(system);
    ref.tell.note("a");
    ref.tell.note("b");
    const stopped = ref.stop();
    log.tell.open();
    await Promise.all([held, stopped]);
    await until(20_000, "two dead letters", () => letters.length === 2);
    assertEquals(letters.map(({ ref: actor, handler }) => [actor.id, handler]), [
      [ref.id, "note"],
      [ref.id, "note"],
    ]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop({ drain: true }) handles what waits first on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await spawnHeld(system);
    const notes = ["a", "b", "c"].map((entry) => ref.ask.note(entry));
    const stopped = ref.stop({ drain: true });
    const late = assertRejects(() => ref.ask.note("late"), ActorStoppedError);
    await within(20_000, "the refusal of what comes later", late);
    log.tell.open();
    await within(20_000, "the replies", Promise.all([held, ...notes]));
    await within(20_000, "the stop", stopped);
    assertEquals(await log.ask.entries(), ["held", "a", "b", "c"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() makes a drain under way end at once on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await spawnHeld(system);
    const waiting = assertRejects(() => ref.ask.note("waiting"), ActorStoppedError);
    const stops = [ref.stop({ drain: true }), ref.stop()];
    await within(20_000, "the refusal of what waits", waiting);
    log.tell.open();
    await within(20_000, "both stops", Promise.all([held, ...stops]));
    assertEquals(await log.ask.entries(), ["held"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() may be called twice, also afterwards, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref, held } = await spawnHeld(system);
    const stops = [ref.stop(), ref.stop()];
    log.tell.open();
    await within(20_000, "both stops", Promise.all([held, ...stops]));
    await within(20_000, "a stop afterwards", ref.stop({ drain: true }));
    await within(20_000, "a terminate afterwards", ref.terminate());
    assertEquals((await ref.exited).kind, "shutdown");
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() waits for a message no longer than shutdownMs on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnEnder(system, { shutdownMs: 50 });
    const hanging = assertRejects(() => ref.ask.hang(), ActorStoppedError);
    await log.ask.logged("hanging");
    await within(4_000, "the stop", ref.stop());
    await within(3_000, "the rejection", hanging);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() of the actor itself inside a handler works on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnEnder(system);
    await ref.ask.stopSelf();
    assertEquals(await within(4_000, "the end", ref.exited), { kind: "shutdown" });
  },
);

simulated.each(PLACES)(
  "ActorContext.stop() at the begin of an async handler lets it finish on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnEnder(system);
    const answer = ref.ask.leaveSlowly();
    await within(20_000, "the message to be handled", log.ask.logged("leaving"));
    log.tell.open();
    assertEquals(await within(20_000, "the answer", answer), "left");
    assertEquals(await within(20_000, "the end", ref.exited), { kind: "normal" });
  },
);

simulated.each(PLACES)(
  "ActorContext.stop() stops what is started after it in the same handler on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnEnder(system);
    const child = await within(20_000, "the child", ref.ask.leaveAndStart());
    assertEquals(await within(20_000, "the end", ref.exited), { kind: "normal" });
    assertEquals(await within(20_000, "the end of the child", child.exited), { kind: "shutdown" });
  },
);

simulated.each(PLACES)(
  "ActorContext.stop() in setup ends the actor once it has started on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    for (const options of [{}, { name: "leaver" }, { restart: "transient" as const }]) {
      const ref = await system.spawn(leaver.with(options), log);
      assertEquals(await within(20_000, "the end", ref.exited), { kind: "normal" });
      await assertRejects(() => ref.ask.ping(), ActorStoppedError);
    }
    assertEquals(await log.ask.entries(), ["at work", "at work", "at work"]);
    assertEquals(await system.find("leaver"), undefined);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() races with asks: each of them settles on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    for (let round = 0; round < 30; round++) {
      const ref = await system.spawn(ender, log);
      const before = Array.from({ length: 20 }, () => ref.ask.ping());
      const stopped = ref.stop({ drain: round % 2 === 0 });
      const after = Array.from({ length: 20 }, () => ref.ask.ping());
      const results = await within(20_000, "all asks", Promise.allSettled([...before, ...after]));
      await within(20_000, "the stop", stopped);
      for (const result of results) {
        if (result.status === "rejected") assertInstanceOf(result.reason, ActorStoppedError);
      }
      if (round % 2 === 0) {
        assert(
          results.slice(0, 20).every(({ status }) => status === "fulfilled"),
        );
      }
    }
  },
);

simulated.each(PLACES)(
  "ActorRef.terminate() rejects a handler that never ends, at once, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnEnder(system);
    const hanging = assertRejects(() => ref.ask.hang(), ActorStoppedError);
    const waiting = assertRejects(() => ref.ask.ping(), ActorStoppedError);
    await log.ask.logged("hanging");
    await within(4_000, "the end", ref.terminate());
    await within(3_000, "both rejections", Promise.all([hanging, waiting]));
    assertEquals(await ref.exited, { kind: "killed" });
  },
);

simulated.each(PLACES)(
  "ActorRef.terminate() leaves the neighbours on $where alone",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnEnder(system);
    const neighbour = await system.spawn(idler.with({ near: ref }));
    const hanging = assertRejects(() => ref.ask.hang(), ActorStoppedError);
    await log.ask.logged("hanging");
    await ref.terminate();
    await hanging;
    assertEquals(await neighbour.ask.ping(), "pong");
  },
);

simulated.each(PLACES)(
  "ActorRef.terminate() cuts a stop under way short on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnEnder(system);
    const hanging = assertRejects(() => ref.ask.hang(), ActorStoppedError);
    await log.ask.logged("hanging");
    const stopped = ref.stop();
    await within(4_000, "both", Promise.all([ref.terminate(), stopped, hanging]));
    assertEquals((await ref.exited).kind, "killed");
  },
);

Deno.test("ActorRef.terminate() ends an endless loop on a thread worker, with its neighbours", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const { ref } = await spawnEnder(system, { own: { worker: "thread" } });
  const neighbour = await system.spawn(idler.with({ near: ref, restart: "temporary" }));
  const elsewhere = await system.spawn(idler);
  ref.tell.loop();
  await elsewhere.ask.ping(); // The loop has been posted by now; what is sent later is never read.
  const asked = assertRejects(() => neighbour.ask.ping(), HostLostError);
  await within(4_000, "the end", Promise.all([ref.terminate(), asked]));
  assertEquals(await ref.exited, { kind: "killed" });
  assertEquals((await neighbour.exited).kind, "host-lost");
  assertEquals(await elsewhere.ask.ping(), "pong");
});

Deno.test("ActorRef.terminate() next to an endless loop works from another worker too", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const { log, ref } = await spawnEnder(system, { own: { worker: "thread" } });
  const looping = await system.spawn(ender.with({ near: ref, restart: "temporary" }), log);
  const other = await system.spawn(observer.with({ concurrency: 2 }));
  const seen = other.ask.exited(ref);
  const asked = assertRejects(() => ref.ask.hang(), HostLostError);
  await log.ask.logged("hanging");
  looping.tell.loop();
  // Once this is not answered the loop has begun, whichever link the thread reads first.
  await assertRejects(() => looping.with({ timeoutMs: 300 }).ask.ping(), DOMException);
  await within(4_000, "the end", other.ask.terminate(ref));
  await within(4_000, "the rejection", asked);
  assertEquals((await within(4_000, "the reason", seen)).kind, "killed");
  assertEquals((await looping.exited).kind, "host-lost");
});

programTest("ActorRef.terminate() gives up a Web Worker in an endless loop", async () => {
  const program = new URL("../fixtures/life_program.ts", import.meta.url).href;
  const flags = ["--no-check", "--allow-read"];
  const args = ["terminate in a Web Worker", "1"];
  const { code, stdout, stderr } = await runProgram(program, { flags, args, timeoutMs: 10_000 });
  assertEquals([code, stdout, stderr], [0, "killed\n", ""]);
});

const REASONS: { kind: ExitReason["kind"]; end(ref: RefOf<typeof ender>): unknown }[] = [
  { kind: "normal", end: (ref) => ref.tell.leave() },
  { kind: "shutdown", end: (ref) => ref.stop() },
  { kind: "error", end: (ref) => ref.ask.fail().catch(() => {}) },
  { kind: "killed", end: (ref) => ref.terminate() },
];

simulated.each(PLACES.flatMap((place) => REASONS.map((reason) => ({ ...place, ...reason }))))(
  "ActorRef.exited is $kind on $where, seen from everywhere",
  async ({ workers, kind, end }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnEnder(system, { restart: "temporary" });
    const other = await system.spawn(observer.with({ on: "own", concurrency: 2 }));
    const early = [ref.exited, other.ask.exited(ref)];
    await end(ref);
    const reasons = await within(20_000, "the reason", Promise.all(early));
    reasons.push(await ref.exited, await within(20_000, "late", other.ask.exited(ref)));
    assertEquals(reasons.map((reason) => reason.kind), [kind, kind, kind, kind]);
    if (kind !== "error") return;
    for (const reason of reasons) {
      assert(reason.kind === "error");
      assertInstanceOf(reason.error, RangeError, "fatal");
    }
  },
);

simulated.each([{ worker: "web" }, { worker: "thread" }] as const)(
  "ActorRef.exited is host-lost when a $worker worker ends, seen from everywhere",
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 1 });
    const { ref } = await spawnEnder(system, { own: { worker }, restart: "temporary" });
    const other = await system.spawn(observer);
    // Their link is made first: Deno never closes a port that is under way to a thread that ends.
    await other.ask.ping(ref);
    const early = [ref.exited, other.ask.exited(ref)];
    ref.tell.die();
    const reasons = await within(20_000, "the reason", Promise.all(early));
    reasons.push(await ref.exited, await within(20_000, "late", other.ask.exited(ref)));
    for (const reason of reasons) {
      assert(reason.kind === "host-lost");
      assertInstanceOf(reason.error, HostLostError);
    }
  },
);

simulated("ActorRef.exited is shutdown for a child of an actor whose worker ends", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const { ref } = await spawnEnder(system, { on: "own" });
  const child = await ref.ask.start();
  assertEquals(await child.ask.ping(), "pong");
  ref.tell.die();
  assertEquals(await within(20_000, "the end of the child", child.exited), { kind: "shutdown" });
});

simulated.each(PLACES)(
  "ActorRef.stop() works from another worker for an actor on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { ref } = await spawnEnder(system);
    const other = await system.spawn(observer.with({ on: "own" }));
    await within(20_000, "the stop", other.ask.stop(ref));
    assertEquals((await ref.exited).kind, "shutdown");
    await assertRejects(() => other.ask.ping(ref), ActorStoppedError);
  },
);

simulated.each(PLACES)(
  "ActorRef.id is the same for all refs to an actor on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(idler.with({ name: "idler" }));
    const twin = await system.spawn(idler);
    const other = await system.spawn(observer.with({ on: "own" }));
    const [back] = await other.ask.echo([ref]);
    assertEquals([back?.id, back?.name], [ref.id, "idler"]);
    assertEquals(await other.ask.idOf(ref), ref.id);
    assertEquals(await other.ask.nameOf(ref), "idler");
    assertEquals(ref.with({ timeoutMs: 1 }).id, ref.id);
    assertNotEquals(twin.id, ref.id);
  },
);

simulated.each(PLACES)(
  "ActorRefs in messages work where they arrive, from $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const other = await system.spawn(observer.with({ on: "own" }));
    const refs = new Map([
      ["here", await system.spawn(idler.with({ on: "here" }))],
      ["any", await system.spawn(idler)],
      ["near", await system.spawn(idler.with({ near: other }))],
    ]);
    assertEquals(await other.ask.pingAll({ refs }), ["here pong", "any pong", "near pong"]);
  },
);

simulated("ActorRef.ask works after the ref has made the round of three threads", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(idler);
  const [first, second] = [await system.spawn(observer), await system.spawn(observer)];
  const [back] = await second.ask.echo(await first.ask.echo([ref]));
  assertEquals(await back?.ask.ping(), "pong");
});
