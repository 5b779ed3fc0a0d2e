import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ActorSystem, NameTakenError, type RefOf } from "../../mod.ts";
import { bearer, giver, lateBorn, stillborn } from "../fixtures/life_names.ts";
import { nextEvent, PLACES } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

const named = bearer.with({ name: "bob" });

simulated.each(PLACES)(
  "ActorSystem.find() finds an actor on $where by its name",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(named, 1);
    const found = await system.find<typeof bearer>("bob");
    assertEquals([found?.id, found?.name], [ref.id, "bob"]);
    assertEquals(await found?.ask.get(), 1);
    assertEquals(await system.find("alice"), undefined);
  },
);

simulated("ActorContext.find() finds actors of all threads from a worker", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const here = await system.spawn(bearer.with({ name: "here", on: "here" }), 1);
  const there = await system.spawn(bearer.with({ name: "there", on: "own" }), 2);
  const ref = await system.spawn(giver);
  const near = await ref.ask.give("near", 3);
  for (const wanted of [here, there, near]) {
    const found = await ref.ask.find(wanted.name!);
    assertEquals(found?.id, wanted.id);
    assertEquals(await found?.ask.get(), await wanted.ask.get());
  }
});

simulated.each(PLACES)(
  "ActorSystem.find() does not find who is still in setup on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const controller = new AbortController();
    const started = system.spawn(lateBorn.with({ name: "bob" }), controller.signal);
    assertEquals(await system.find("bob"), undefined);
    await assertRejects(() => system.spawn(named, 1), NameTakenError);
    controller.abort();
    const ref = await started;
    assertEquals((await system.find("bob"))?.id, ref.id);
  },
);

simulated.each(PLACES)(
  "A taken name rejects with NameTakenError and leaves its bearer alone on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(named, 1);
    for (const on of ["any", "here", "own"] as const) {
      const error = await assertRejects(() => system.spawn(named.with({ on }), 2), NameTakenError);
      assertEquals(error.taken, "bob");
    }
    assertEquals((await system.find("bob"))?.id, ref.id);
    assertEquals(await ref.ask.get(), 1);
  },
);

simulated("A name goes to one of two spawns at the same time", async () => {
  for (const workers of [0, 2]) {
    await using system = new ActorSystem({ workers });
    for (let round = 0; round < 10; round++) {
      const name = `bob ${round}`;
      const spawn = (value: number) => system.spawn(bearer.with({ name }), value);
      await assertOneWins(system, name, [spawn(1), spawn(2), spawn(3)]);
    }
  }
});

simulated.each([{ on: "here" }, { on: "any" }] as const)(
  "A name goes to one of two workers that race for it, on: $on",
  async ({ on }) => {
    await using system = new ActorSystem({ workers: 2 });
    const kind = giver.with({ onError: "resume" });
    const givers = [await system.spawn(kind), await system.spawn(kind)];
    for (let round = 0; round < 20; round++) {
      const name = `bob ${round}`;
      const spawns = givers.map((ref, index) => ref.ask.give(name, index, on));
      await assertOneWins(system, name, spawns);
    }
  },
);

async function assertOneWins(
  system: ActorSystem,
  name: string,
  spawns: Promise<RefOf<typeof bearer>>[],
): Promise<void> {
  const results = await within(20_000, "all spawns", Promise.allSettled(spawns));
  const won = results.filter((result) => result.status === "fulfilled");
  assertEquals(won.length, 1);
  for (const result of results) {
    if (result.status === "rejected") assertInstanceOf(result.reason, NameTakenError);
  }
  assertEquals((await system.find(name))?.id, won[0]!.value.id);
}

simulated.each(PLACES)(
  "A name is free again when stop() has resolved on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    for (let round = 0; round < 30; round++) {
      const ref = await system.spawn(named, round);
      assertEquals(await ref.ask.get(), round);
      await ref.stop({ drain: round % 2 === 0 });
      assertEquals(await system.find("bob"), undefined);
    }
  },
);

simulated.each(PLACES)(
  "A name is free again when exited has resolved on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ENDS: ((ref: RefOf<typeof bearer>) => void)[] = [
      (ref) => ref.tell.leave(),
      (ref) => void ref.terminate(),
      (ref) => void ref.ask.fail().catch(() => {}),
    ];
    for (let round = 0; round < 30; round++) {
      const ref = await system.spawn(named.with({ restart: "temporary" }), round);
      ENDS[round % 3]!(ref);
      await within(20_000, "the end", ref.exited);
    }
  },
);

simulated("A name is free again for another worker when its bearer has ended", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const givers = [await system.spawn(giver), await system.spawn(giver)];
  for (let round = 0; round < 20; round++) {
    const ref = await givers[round % 2]!.ask.give("bob", round);
    assertEquals(await (await givers[(round + 1) % 2]!.ask.find("bob"))?.ask.get(), round);
    await ref.stop();
  }
});

simulated.each(PLACES)("A name survives restarts on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(named, 1);
  const restarted = nextEvent(system, "restart");
  await assertRejects(() => ref.ask.fail(), RangeError);
  const taken = assertRejects(() => system.spawn(named, 2), NameTakenError);
  await within(20_000, "the restart", restarted);
  await taken;
  const found = await system.find<typeof bearer>("bob");
  assertEquals(found?.id, ref.id);
  assertEquals(await found?.ask.restarts(), 1);
});

simulated.each(
  PLACES.flatMap((place) =>
    (["throws", "rejects", "hangs"] as const).map((how) => ({ ...place, how }))
  ),
)("A name is free again when setup $how on $where", async ({ workers, how }) => {
  await using system = new ActorSystem({ workers });
  const bad = stillborn.with({ name: "bob", startTimeoutMs: how === "hangs" ? 50 : undefined });
  await assertRejects(() => within(20_000, "the refusal", system.spawn(bad, how)), Error);
  assertEquals(await system.find("bob"), undefined);
  const ref = await system.spawn(named, 1);
  assertEquals((await system.find("bob"))?.id, ref.id);
});

simulated.each(PLACES)(
  "A name is free again when the arguments are refused on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const bad = () => {};
    await assertRejects(() => system.spawn(named, bad as unknown as number), TypeError);
    assertEquals(await (await system.spawn(named, 1)).ask.get(), 1);
  },
);

simulated.each([{ worker: "web" }, { worker: "thread" }] as const)(
  "A name is free again when its $worker worker is lost",
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 1 });
    for (let round = 0; round < 3; round++) {
      const ref = await system.spawn(
        named.with({ own: { worker }, restart: "temporary" }),
        round,
      );
      ref.tell.die();
      assertEquals((await within(20_000, "the loss", ref.exited)).kind, "host-lost");
      assertEquals(await system.find("bob"), undefined);
    }
    assertEquals(await (await system.spawn(named, 1)).ask.get(), 1);
  },
);

simulated("Names of two systems have nothing to do with each other", async () => {
  await using first = new ActorSystem({ workers: 0 });
  await using second = new ActorSystem({ workers: 0 });
  const refs = [await first.spawn(named, 1), await second.spawn(named, 2)];
  assert(refs[0]!.id !== refs[1]!.id);
  assertEquals(await (await second.find<typeof bearer>("bob"))?.ask.get(), 2);
});
