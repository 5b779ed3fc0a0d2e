import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorStoppedError, ActorSystem, type RefOf } from "../../mod.ts";
import {
  type child,
  clumsy,
  moody,
  mortal,
  narcissus,
  parent,
  stubborn,
  timekeeper,
  watcher,
} from "../fixtures/life_context.ts";
import { nextEvent, PLACES, probe } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

async function spawnTimekeeper(system: ActorSystem) {
  const log = await system.spawn(probe);
  return { log, ref: await system.spawn(timekeeper, log) };
}

simulated.each(PLACES)("ActorContext.self is the actor itself on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(narcissus.with({ name: "narcissus" }));
  const self = await ref.ask.self();
  assertEquals([self.id, self.name], [ref.id, "narcissus"]);
  await ref.ask.callSelf();
  assertEquals(await self.ask.echoes(), 1);
});

simulated.each(PLACES)(
  "ActorContext.system starts actors that outlive the one on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const starter = await system.spawn(watcher, log);
    const ref = await starter.ask.spawnInSystem();
    await starter.stop();
    assertEquals(await ref.ask.echoes(), 0);
  },
);

simulated.each(PLACES)(
  "ActorContext.signal is aborted when the actor on $where stops",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(mortal, log);
    assertEquals(await ref.ask.isAborted(), false);
    const hanging = ref.ask.hangUntilAborted();
    await log.ask.logged("hanging");
    await within(4_000, "the stop", ref.stop());
    assertEquals(await hanging, "AbortError");
  },
);

simulated.each(PLACES)(
  "ActorContext.signal is not aborted while the actor on $where drains",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(mortal, log);
    const held = ref.ask.hold("held");
    await log.ask.logged("held");
    const drained = ref.ask.isAborted();
    const stopped = ref.stop({ drain: true });
    log.tell.open();
    assertEquals(await drained, false);
    await Promise.all([held, stopped]);
    assert((await log.ask.entries()).includes("first callback, aborted: true"));
  },
);

simulated.each(PLACES)(
  "ActorContext.after() calls back as a turn on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    await ref.ask.afterWhileBusy();
    await within(20_000, "the timer", log.ask.logged("timer"));
    assertEquals(await log.ask.entries(), ["end of turn", "timer"]);
  },
);

simulated.each(PLACES)(
  "ActorContext.after() calls back in order of time on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    for (const ms of [30, 1, 15]) ref.tell.after(ms, `${ms} ms`);
    await within(20_000, "the last timer", log.ask.logged("30 ms"));
    assertEquals(await log.ask.entries(), ["1 ms", "15 ms", "30 ms"]);
  },
);

simulated.each(PLACES)(
  "ActorContext.after() is one turn up to the end of an async callback on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    ref.tell.afterAsync();
    await within(20_000, "the timer", log.ask.logged("paused"));
    const noted = ref.ask.note("message");
    log.tell.open();
    await noted;
    assertEquals(await log.ask.entries(), ["begin", "paused", "end", "message"]);
  },
);

simulated.each(PLACES)(
  "ActorContext.after() disposed does not fire on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    ref.tell.disposeEarly();
    await within(20_000, "the later timer", log.ask.logged("later"));
    assertEquals(await log.ask.entries(), ["later"]);
  },
);

simulated.each(PLACES)(
  "ActorContext.after() disposed between firing and its turn does nothing on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    ref.tell.disposeLate();
    await within(20_000, "the later timer", log.ask.logged("later"));
    assertEquals(await log.ask.entries(), ["later"]);
  },
);

simulated.each(PLACES)(
  "ActorContext.every() calls back again and again on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    ref.tell.every(1);
    await within(20_000, "five ticks", log.ask.logged("tick", 5));
    await within(20_000, "the stop", ref.stop());
    const ticks = (await log.ask.entries()).length;
    await log.ask.logged("tick", ticks);
    assertEquals((await log.ask.entries()).length, ticks);
  },
);

simulated.each(PLACES)(
  "ActorContext.every() never overlaps with a slow callback on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    // Even where several turns may go on at the same time.
    const ref = await system.spawn(timekeeper.with({ concurrency: 4 }), log);
    ref.tell.everySlow();
    await within(20_000, "four ends", log.ask.logged("end", 4));
    await ref.stop();
    const entries = (await log.ask.entries()).slice(0, 8);
    assertEquals(entries, Array(4).fill(["begin", "end"]).flat());
  },
);

simulated.each(PLACES)(
  "ActorContext.every() never piles up while the actor on $where is busy",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    await ref.ask.pileUp();
    await within(20_000, "the report", log.ask.logged("1 ticks"));
  },
);

simulated.each(PLACES)(
  "ActorContext.every() disposed by its own callback ends on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const { log, ref } = await spawnTimekeeper(system);
    ref.tell.everyUntil(3);
    await within(20_000, "the later timer", log.ask.logged("later"));
    assertEquals(await log.ask.entries(), ["tick 1", "tick 2", "tick 3", "later"]);
  },
);

const ENDINGS: { ending: string; end: (ref: RefOf<typeof mortal>) => Promise<unknown> }[] = [
  { ending: "ref.stop()", end: (ref) => ref.stop() },
  { ending: "ref.terminate()", end: (ref) => ref.terminate() },
  { ending: "context.stop()", end: (ref) => ref.ask.stop() },
  { ending: "an error", end: (ref) => ref.ask.fail().catch(() => {}) },
];
const ENDINGS_EVERYWHERE = PLACES.flatMap((place) =>
  ENDINGS.map((each) => ({ ...place, ...each }))
);

simulated.each(ENDINGS_EVERYWHERE)(
  "ActorContext.onStop() callbacks run in reverse order, awaited, on $ending on $where",
  async ({ workers, end }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(mortal.with({ restart: "temporary" }), log);
    await end(ref);
    await within(20_000, "the end", ref.exited);
    assertEquals(await log.ask.entries(), [
      "second callback begins",
      "second callback ends",
      "first callback, aborted: true",
    ]);
  },
);

simulated.each(PLACES)(
  "ActorContext.onStop() callbacks run when one throws, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(clumsy, log);
    const failure = nextEvent(system, "error");
    await ref.stop();
    const { ref: actor, error } = await within(20_000, "the error event", failure);
    assertEquals([actor?.id, (error as Error).message], [ref.id, "clumsy"]);
    assertEquals(await log.ask.entries(), ["third callback", "first callback"]);
    assertEquals((await ref.exited).kind, "shutdown");
  },
);

simulated.each(PLACES)(
  "ActorContext.onStop() callbacks are waited for no longer than shutdownMs on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(stubborn.with({ shutdownMs: 30 }), log);
    await within(4_000, "the stop", ref.stop());
    assertEquals(await log.ask.entries(), ["stopping"]);
  },
);

simulated.each(PLACES)(
  "ActorContext.become() changes the handlers of the next message on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(moody);
    ref.tell.change();
    assertEquals(await ref.ask.mood(), "sad");
    ref.tell.change();
    assertEquals(await ref.ask.mood(), "happy");
  },
);

simulated.each(PLACES)(
  "ActorContext.become() in setup holds from the first message of each life on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(moody, "sad");
    assertEquals(await ref.ask.mood(), "sad");
    await assertRejects(() => ref.ask.fail(), Error, "failed");
    assertEquals(await ref.ask.mood(), "sad");
    ref.tell.change();
    assertEquals(await ref.ask.mood(), "happy");
  },
);

simulated.each(PLACES)(
  "ActorContext.become() refuses what holds no handlers on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(moody.with({ onError: "resume" }));
    const says = "Cannot become: it takes an object of handlers, received null";
    await assertRejects(() => ref.ask.changeTo(null), TypeError, says);
    assertEquals(await ref.ask.mood(), "happy");
  },
);

simulated.each(PLACES)(
  "ActorContext.become() is undone by a restart on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(moody);
    ref.tell.change();
    assertEquals(await ref.ask.mood(), "sad");
    await assertRejects(() => ref.ask.fail(), Error, "failed");
    assertEquals(await ref.ask.mood(), "happy");
  },
);

simulated.each(PLACES)(
  "ActorContext.find() finds an actor by name from $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const wanted = await system.spawn(narcissus.with({ name: "narcissus" }));
    const ref = await system.spawn(watcher, log);
    const found = await ref.ask.find("narcissus");
    assertEquals([found?.id, found?.name], [wanted.id, "narcissus"]);
    assertEquals(await found?.ask.echoes(), 0);
    assertEquals(await ref.ask.find("nobody"), undefined);
  },
);

simulated.each([...PLACES, { where: "two workers", workers: 2 }])(
  "ActorContext.watch() resolves with the reason on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(watcher, log);
    const [stopped, killed, late] = [
      await system.spawn(narcissus),
      await system.spawn(narcissus),
      await system.spawn(narcissus),
    ];
    ref.tell.watchAndLog(stopped);
    await stopped.stop();
    await within(20_000, "shutdown", log.ask.logged("shutdown"));
    ref.tell.watchAndLog(killed);
    await killed.terminate();
    await within(20_000, "killed", log.ask.logged("killed"));
    await late.stop();
    assertEquals(await within(20_000, "the reason after the end", ref.ask.watch(late)), "shutdown");
  },
);

simulated.each(PLACES)(
  "ActorContext.watch() rejects when the watcher on $where ends first",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(watcher, log);
    const watched = await system.spawn(narcissus);
    await ref.ask.watchAndLog(watched);
    await ref.stop();
    await within(20_000, "the rejection", log.ask.logged("AbortError"));
  },
);

simulated.each([...PLACES, { where: "several workers", workers: 3 }])(
  "ActorContext.spawn()ed children stop before their parent, last first, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(parent, log);
    const children: RefOf<typeof child>[] = [];
    for (const name of ["a", "b", "c"]) children.push(await ref.ask.spawn(name));
    assertEquals(await children[1]!.ask.ping(), "pong of b");
    await within(20_000, "the stop", ref.stop());
    assertEquals(await log.ask.entries(), [
      "c stopped",
      "b stopped",
      "a stopped",
      "parent stopped",
    ]);
    for (const each of children) assertEquals((await each.exited).kind, "shutdown");
    await assertRejects(() => children[0]!.ask.ping(), ActorStoppedError);
  },
);

simulated("ActorContext.spawn()ed children on: here are on their parent's thread", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const log = await system.spawn(probe);
  const ref = await system.spawn(parent, log);
  const child = await ref.ask.spawn("a", "here");
  const parentThread = await ref.ask.thread();
  assertEquals(await child.ask.thread(), parentThread);
  await ref.stop();
});

simulated.each([...PLACES, { where: "two workers", workers: 2 }])(
  "ActorContext.spawn()ed children end when their parent is terminated on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(parent, log);
    const child = await ref.ask.spawn("a");
    await within(20_000, "the end", ref.terminate());
    assertEquals((await within(20_000, "the end of the child", child.exited)).kind, "shutdown");
    assertEquals((await ref.exited).kind, "killed");
  },
);

simulated.each(PLACES)("ActorContext.run() runs a task from $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const log = await system.spawn(probe);
  const ref = await system.spawn(watcher, log);
  assertEquals(await ref.ask.run(7), 49);
});

simulated.each(PLACES)(
  "ActorContext.stop() ends the actor on $where after its current message",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(mortal, log);
    const reply = ref.ask.stop();
    const late = assertRejects(() => ref.ask.note("late"), ActorStoppedError);
    assertEquals(await reply, "stopping");
    await late;
    assertEquals(await within(20_000, "the end", ref.exited), { kind: "normal" });
  },
);
