import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, DeadlockError } from "../../mod.ts";
import { hushed, PLACES, probe } from "../fixtures/life_probe.ts";
import { quitter } from "../fixtures/life_self_end.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

simulated.each(
  PLACES.flatMap((place) =>
    [1, 2].flatMap((concurrency) =>
      [false, true].map((drain) => ({ ...place, concurrency, drain }))
    )
  ),
)(
  "ActorRef.stop() awaited in a turn of its actor does not wait for itself on $where, concurrency: $concurrency, drain: $drain",
  async ({ workers, concurrency, drain }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(quitter.with({ concurrency }), log);
    assertEquals(await within(4_000, "the answer", ref.ask.stop(drain)), "ordered");
    assertEquals(await within(4_000, "the end", ref.exited), { kind: "shutdown" });
    assertEquals(await log.ask.entries(), ["ordered", "stopped"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop({ drain: true }) awaited in a turn of its actor handles what waits on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(quitter, log);
    const ordered = ref.ask.stop(true);
    ref.tell.note("waited");
    await within(4_000, "the end", Promise.all([ordered, ref.exited]));
    assertEquals(await log.ask.entries(), ["ordered", "waited", "stopped"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() awaited in a timer of its actor does not wait for itself on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(quitter, log);
    ref.tell.stopByTimer(true);
    await within(4_000, "the end", ref.exited);
    assertEquals(await log.ask.entries(), ["ordered", "stopped"]);
  },
);

simulated.each(PLACES)(
  "ActorRef.stop() in setup ends the actor once it has started on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(quitter, log, true);
    assertEquals(await within(4_000, "the end", ref.exited), { kind: "shutdown" });
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() awaited in a turn is refused, and goes on, on $where",
  async ({ workers }) => {
    await using system = hushed(new ActorSystem({ workers }));
    const log = await system.spawn(probe);
    const ref = await system.spawn(quitter.with({ name: "quitter" }), log);
    const error = await assertRejects(() => ref.ask.shutDown(), DeadlockError, "shutdown");
    assertEquals(error.circle, ["quitter.shutDown"]);
    await within(4_000, "the end", ref.exited);
    assertEquals(await within(4_000, "the shutdown", system.shutdown()), { abandoned: [] });
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() that a turn begins waits for that turn on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(quitter, log);
    assertEquals(await within(4_000, "the answer", ref.ask.beginShutDown()), "begun");
    assertEquals(await within(4_000, "the shutdown", system.shutdown()), { abandoned: [] });
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() in a turn refuses a bad timeoutMs on $where",
  async ({ workers }) => {
    await using system = hushed(new ActorSystem({ workers }));
    const log = await system.spawn(probe);
    const ref = await system.spawn(quitter.with({ onError: "resume" }), log);
    await assertRejects(() => ref.ask.badShutDown(), RangeError, "timeoutMs");
    assertEquals(await ref.ask.ping(), "pong");
  },
);
