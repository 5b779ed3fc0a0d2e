import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  actor,
  type ActorRef,
  ActorStoppedError,
  ActorSystem,
  type RefOf,
  Supervisor,
} from "../../mod.ts";
import { hostBehind } from "../../actors/system/actor_system.ts";
import { PLACES, probe } from "../fixtures/life_probe.ts";
import {
  busyChild,
  expecting,
  hasty,
  hurried,
  introduced,
  lateChild,
  mayfly,
} from "../fixtures/starting.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

const KINDS = [{ worker: "web" }, { worker: "thread" }] as const;
const HOW = [["fail", "transient"], ["fail", "permanent"], ["stop", "permanent"]] as const;

/** The system prints nothing. */
function quiet(system: ActorSystem): void {
  system.addEventListener("error", (event) => event.preventDefault());
}

// What ends in the turn in which its start ends

simulated.each(KINDS)(
  "Supervisor.spawn() starts an actor again that ends in the turn in which its setup does, on a $worker worker",
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 1, worker });
    quiet(system);
    await using supervisor = new Supervisor({ system, maxRestarts: 100 });
    for (const [how, restart] of HOW) {
      for (const options of [{ on: "here" }, {}, { name: "hasty" }] as const) {
        for (const isAsync of [false, true]) {
          const definition = hasty.with({ ...options, restart });
          const ref = await supervisor.spawn(definition, how, isAsync);
          const restarts = await within(10_000, "the restarted actor", ref.ask.restarts());
          assertEquals(restarts, 1, JSON.stringify({ how, restart, ...options, isAsync }));
          await ref.stop();
        }
      }
    }
    const own = hasty.with({ on: "own", restart: "permanent" });
    for (const how of ["fail", "stop"] as const) {
      const ref = await supervisor.spawn(own, how, false);
      assertEquals(await within(10_000, "the restarted actor", ref.ask.restarts()), 1, how);
    }
  },
);

simulated(
  "ActorContext.supervise() starts an actor again that fails right after its setup",
  async () => {
    await using system = new ActorSystem({ workers: 2 });
    quiet(system);
    const parents = [await system.spawn(hurried), await system.spawn(hurried.with({ on: "here" }))];
    for (const parent of parents) {
      for (const options of [{}, { on: "here" }, { name: "child" }, { on: "own" }] as const) {
        const started = parent.ask.start({ ...options, restart: "permanent" }, "stop");
        assertEquals(await within(10_000, "the restarted actor", started), 1);
        await (await system.find("child"))?.stop();
      }
    }
  },
);

simulated("one-for-all starts again with a child that fails right after its setup", async () => {
  await using system = new ActorSystem({ workers: 2 });
  quiet(system);
  await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
  const first = await supervisor.spawn(hasty.with({ name: "first" }), "fail", false);
  assertEquals(await within(10_000, "the first one", first.ask.restarts()), 1);
  const second = await supervisor.spawn(hasty, "fail", false);
  assertEquals(await within(10_000, "the second one", second.ask.restarts()), 1);
  assertEquals(await within(10_000, "the first one again", first.ask.restarts()), 2);
});

simulated.each(PLACES)(
  "An actor that ends in its setup leaves nothing in its owner's books, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const ended = [];
    for (const options of [{}, { name: "mayfly" }, { restart: "temporary" as const }]) {
      ended.push((await system.spawn(mayfly.with(options))).exited);
      await within(20_000, "the end", ended.at(-1)!);
      ended.push((await supervisor.spawn(mayfly.with(options))).exited);
      await within(20_000, "the end below the supervisor", ended.at(-1)!);
    }
    assertEquals((await Promise.all(ended)).map(({ kind }) => kind), Array(6).fill("normal"));
    // The supervisor is one of the children.
    const { abroad, children } = hostBehind(system);
    await until(20_000, "nobody left", () => children.size === 1);
    for (let serial = 1; serial <= 6; serial++) assertEquals(abroad.get(1, serial), undefined);
  },
);

// A start that the end of its parent meets

const OPTIONS = [{}, { on: "here" }, { on: "own" }, { name: "kid" }, {
  name: "kid",
  on: "here",
}] as const;
const ENDS = ["stop", "terminate", "leave", "fail"] as const;

type Parent = RefOf<typeof expecting>;

/** Ends a parent, or this life of it, in some way. */
function end(parent: Parent, how: typeof ENDS[number]): Promise<unknown> {
  if (how === "stop") return parent.stop();
  if (how === "terminate") return parent.terminate();
  return how === "leave" ? parent.ask.leave() : parent.ask.fail().catch(() => {});
}

simulated.each(ENDS.flatMap((how) => PLACES.map((place) => ({ how, ...place }))))(
  "ActorContext.spawn() under way when its actor ends ($how) is ended first, on $where",
  async ({ how, workers }) => {
    await using system = new ActorSystem({ workers, shutdownMs: 20_000 });
    quiet(system);
    for (const options of OPTIONS) {
      const [log, gate] = [await system.spawn(probe), await system.spawn(probe)];
      const parent = await system.spawn(expecting.with({ concurrency: 2 }), log, gate);
      const spawning = parent.ask.have(options).then(() => {}, () => {});
      await within(10_000, "the child's setup", gate.ask.logged("child"));
      const ended = end(parent, how);
      gate.tell.open();
      await within(10_000, "the spawn", spawning);
      await within(10_000, "the end", ended);
      await within(10_000, "the parent's end", log.ask.logged("parent stops"));
      const expected = ["child starts", "child stops", "parent stops"];
      assertEquals(await log.ask.entries(), expected, JSON.stringify(options));
      if (how === "fail") await within(10_000, "the same child again", parent.ask.have(options));
      await parent.stop();
      assertEquals(await system.find("kid"), undefined);
    }
  },
);

simulated.each(PLACES)(
  "ActorContext.spawn() that has just been called when its actor fails leaves no child, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    quiet(system);
    for (const options of OPTIONS) {
      const [log, gate] = [await system.spawn(probe), await system.spawn(probe)];
      gate.tell.open();
      const parent = await system.spawn(expecting, log, gate);
      await assertRejects(() => parent.ask.haveAndFail(options), RangeError, "failed at once");
      assertEquals(await within(10_000, "the restart", parent.ask.restarts()), 1);
      await within(10_000, "the same child again", parent.ask.have(options));
      await within(10_000, "the stop", parent.stop());
      const entries = await log.ask.entries();
      const count = (wanted: string) => entries.filter((entry) => entry === wanted).length;
      assertEquals(count("child starts"), count("child stops"), JSON.stringify(options));
      assertEquals(entries.at(-1), "parent stops");
      assertEquals(await system.find("kid"), undefined);
    }
  },
);

simulated.each(PLACES)(
  "Supervisor.spawn() under way when the supervisor's actor ends is ended first, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers, shutdownMs: 20_000 });
    for (const how of ["stop", "terminate"] as const) {
      for (const options of OPTIONS) {
        const [log, gate] = [await system.spawn(probe), await system.spawn(probe)];
        const parent = await system.spawn(expecting, log, gate);
        const spawning = parent.ask.haveSupervised(options).catch(() => {});
        await within(10_000, "the child's setup", gate.ask.logged("child"));
        const ended = end(parent, how);
        gate.tell.open();
        await within(10_000, "the spawn", spawning);
        await within(10_000, "the end", ended);
        const expected = ["child starts", "child stops", "parent stops"];
        assertEquals(await log.ask.entries(), expected, JSON.stringify(options));
        assertEquals(await system.find("kid"), undefined);
      }
    }
  },
);

simulated.each(PLACES)(
  "A child whose parent's setup takes too long ends with it, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const [log, gate] = [await system.spawn(probe), await system.spawn(probe)];
    const slow = expecting.with({ startTimeoutMs: 300 });
    const spawning = system.spawn(slow, log, gate, "setup");
    const late = assertRejects(() => spawning, DOMException, "within 300 ms");
    await within(10_000, "the time to be over", late);
    gate.tell.open();
    const isFree = async () => {
      try {
        await (await system.spawn(lateChild.with({ name: "kid" }), log, gate)).stop();
        return true;
      } catch {
        return false;
      }
    };
    await until(10_000, "the child's end", isFree);
    const entries = await log.ask.entries();
    const count = (wanted: string) => entries.filter((entry) => entry === wanted).length;
    assertEquals(count("child starts"), count("child stops"), entries.join(", "));
  },
);

/** A probe that is there before and after its system. */
const recorded: string[] = [];
let gate = Promise.withResolvers<void>();
const recorder = actor(import.meta, () => ({
  log: (entry: string) => void recorded.push(entry),
  async pause(entry: string): Promise<void> {
    recorded.push(entry);
    await gate.promise;
  },
})).with({ on: "here" });

simulated("ActorSystem.shutdown() ends an actor whose start is under way", async () => {
  for (const options of OPTIONS) {
    const system = new ActorSystem({ workers: 1, shutdownMs: 10_000 });
    recorded.length = 0;
    gate = Promise.withResolvers();
    const [log, keeper] = [await system.spawn(recorder), await system.spawn(recorder)];
    const late = lateChild.with(options);
    const spawning = system.spawn(late, log, keeper).then(() => {}, () => {});
    await until(10_000, "the child's setup", () => recorded.includes("child"));
    const shutdown = system.shutdown();
    gate.resolve();
    assertEquals(await within(10_000, "the shutdown", shutdown), { abandoned: [] });
    const expected = ["child starts", "child", "child stops"];
    assertEquals(recorded, expected, JSON.stringify(options));
    await within(3_000, "the spawn", spawning);
  }
});

/** Ends whom it meets. */
const foe = actor(import.meta, (_context, how: "stop" | "terminate" | "nothing") => ({
  meet: async (ref: ActorRef<unknown>) => how === "nothing" ? undefined : await ref[how](),
})).with({ on: "here" });

simulated(
  "ActorSystem.spawn() gives an actor that was told to stop in its setup, which comes to its end",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const enemy = await system.spawn(foe, "stop");
    for (const options of [...OPTIONS, { name: "kid", on: "own" } as const]) {
      const gate = await system.spawn(probe);
      const spawning = system.spawn(introduced.with(options), enemy, gate);
      await within(10_000, "the setup", gate.ask.logged("child"));
      gate.tell.open();
      const ref = await within(10_000, "the spawn", spawning);
      const { kind } = await within(10_000, "the end", ref.exited);
      assertEquals(kind, "shutdown", JSON.stringify(options));
      assertEquals(await system.find("kid"), undefined);
    }
  },
);

simulated.each([{ how: "stop" }, { how: "terminate" }] as const)(
  "ActorSystem.spawn() rejects when the actor is ended ($how) before its setup is done",
  async ({ how }) => {
    await using system = new ActorSystem({ workers: 1 });
    const enemy = await system.spawn(foe, how);
    for (const options of [...OPTIONS, { name: "kid", on: "own" } as const]) {
      const gate = await system.spawn(probe);
      const definition = introduced.with({ ...options, shutdownMs: 50 });
      const spawning = system.spawn(definition, enemy, gate);
      const rejected = assertRejects(() => spawning, ActorStoppedError, "Cannot start actor");
      await within(10_000, "the spawn", rejected);
      assertEquals(await system.find("kid"), undefined);
    }
  },
);

simulated.each(PLACES)(
  "A spawn whose setup never ends rejects when the system shuts down, on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers, shutdownMs: 200 });
    const gate = await system.spawn(probe);
    const friend = await system.spawn(foe, "nothing");
    const supervisor = new Supervisor({ system });
    const starts = OPTIONS.flatMap((options) => [
      system.spawn(introduced.with({ ...options, name: undefined }), friend, gate),
      supervisor.spawn(introduced.with({ ...options, name: undefined }), friend, gate),
    ]);
    const settled = Promise.allSettled(starts);
    await within(10_000, "the setups", gate.ask.logged("child", starts.length));
    await within(10_000, "the shutdown", system.shutdown());
    for (const each of await within(20_000, "the spawns", settled)) {
      assert(each.status === "rejected" && each.reason instanceof ActorStoppedError, each.status);
    }
  },
);

// Time limits

Deno.test.each(PLACES)(
  "A name is free again once the spawn that was too slow has rejected, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await system.spawn(busyChild, 0);
    let late = 0;
    for (let round = 0; round < 60; round++) {
      const startTimeoutMs = 1 + round % 12;
      const named = busyChild.with({ name: "busy", startTimeoutMs });
      const ref = await system.spawn(named, round % 5).catch((error) => error);
      if (ref instanceof DOMException) late++;
      else await ref.stop();
      const again = await system.spawn(busyChild.with({ name: "busy" }), 0);
      assertEquals((await system.find("busy"))?.id, again.id);
      await again.stop();
    }
    assert(workers === 0 || late > 0);
    const { children } = hostBehind(system);
    await until(10_000, "the end of those that were too slow", () => children.size === 1);
  },
);
