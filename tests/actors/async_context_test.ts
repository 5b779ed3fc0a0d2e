import { assertEquals, assertRejects } from "@std/assert";
import { type ActorRef, ActorSystem, Pool } from "../../mod.ts";
import { Barrier } from "../../shared/mod.ts";
import {
  alice,
  audit,
  notes,
  noteWho,
  pensive,
  seenByAction,
  selfStarter,
  systemOfAlice,
  thenStarter,
  user,
  whoInTask,
} from "../fixtures/contexts.ts";
import { nextEvent, PLACES } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

/** A system of which alice has made all that could remember her, and one of its actors. */
async function start(workers: number) {
  const system = systemOfAlice(workers);
  const ref = await user.run("alice", () => system.spawn(audit));
  return { system, ref };
}

const CALLS: { what: string; call: (ref: ActorRef<Audit>) => Promise<unknown> }[] = [
  { what: "a handler", call: (ref) => ref.ask.who() },
  { what: "an async handler", call: (ref) => ref.ask.whoLater() },
  { what: "a handler with then()", call: (ref) => ref.ask.whoThen() },
  { what: "a stream", call: async (ref) => (await Array.fromAsync(ref.stream.whos()))[1] },
  { what: "a timer", call: (ref) => ref.ask.inTimer() },
  { what: "a loop that receives", call: (ref) => ref.ask.inReceiver() },
  { what: "an async setup", call: async (ref) => (await ref.ask.inSetup()).join() },
];

type Audit = typeof audit extends { setup: (...args: never[]) => infer H } ? Awaited<H> : never;

simulated.each(CALLS.flatMap((each) => PLACES.map((place) => ({ ...each, ...place }))))(
  "$what sees nothing of its caller's AsyncLocalStorage, on $where",
  async ({ call, workers }) => {
    const { system, ref } = await start(workers);
    await using _system = system;
    const all = await Promise.all([
      user.run("alice", () => call(ref)),
      user.run("bob", () => call(ref)),
      call(ref),
    ]);
    assertEquals(new Set(all.flatMap((each) => String(each).split(","))), new Set(["nobody"]));
  },
);

simulated.each(PLACES)(
  "setup after a restart sees nothing of the caller whose message failed, on $where",
  async ({ workers }) => {
    const { system, ref } = await start(workers);
    await using _system = system;
    const restarted = nextEvent(system, "restart");
    await assertRejects(() => user.run("bob", () => ref.ask.fail()), Error, "failed");
    await within(20_000, "the restart", restarted);
    assertEquals(await ref.ask.inSetup(), ["nobody", "nobody"]);
  },
);

simulated.each(PLACES)(
  "ActorContext.onStop() sees nothing of who stops the actor, on $where",
  async ({ workers }) => {
    const { system, ref } = await start(workers);
    await using _system = system;
    const report = await system.spawn(notes);
    await ref.ask.onStop(report);
    await user.run("bob", () => ref.stop());
    assertEquals(await report.ask.first(), "nobody");
  },
);

simulated.each(PLACES)("a task sees nothing of its caller, on $where", async ({ workers }) => {
  await using system = systemOfAlice(workers);
  const all = await Promise.all([
    user.run("alice", () => system.run(whoInTask)),
    user.run("bob", () => system.run(whoInTask)),
  ]);
  assertEquals(all.flat(), ["nobody", "nobody", "nobody", "nobody"]);
});

simulated("a task of a pool sees nothing of its caller", async () => {
  await using system = systemOfAlice(0);
  await using pool = user.run("alice", () => new Pool({ system, workers: 0 }));
  const all = await Promise.all([
    user.run("alice", () => pool.run(whoInTask)),
    user.run("bob", () => pool.map(whoInTask.with({}), [])),
    user.run("bob", () => pool.run(whoInTask)),
  ]);
  assertEquals(all.flat(), ["nobody", "nobody", "nobody", "nobody"]);
});

simulated.each(PLACES)(
  "actors of a worker see nothing of each other's AsyncLocalStorage, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const caller = await system.spawn(alice);
    const ref = await caller.ask.spawn();
    assertEquals(await caller.ask.ask(ref), "nobody");
    assertEquals(await ref.ask.inSetup(), ["nobody", "nobody"]);
  },
);

simulated("a listener of a system's event is in no turn, and in nobody's context", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ended = await system.spawn(notes);
  await ended.stop();
  const ref = await system.spawn(pensive, null);
  const heard = Promise.withResolvers<unknown>();
  system.addEventListener("deadletter", () => {
    // From within a turn of the same actor that would be refused.
    heard.resolve([user.getStore() ?? "nobody", ref.ask.ping()]);
  }, { once: true });
  user.run("alice", () => ended.tell.note("too late"));
  const [who, answer] = await heard.promise as [string, Promise<string>];
  assertEquals([who, await answer], ["nobody", "pong"]);
});

Deno.test("an action of a barrier sees nothing of who comes last", async () => {
  const barrier = new Barrier(2, { action: [noteWho] });
  await Promise.all([
    user.run("alice", () => barrier.wait()),
    user.run("bob", () => barrier.wait()),
  ]);
  assertEquals(seenByAction, ["nobody"]);
});

const WAYS = ["asAsync", "asThen", "asThenOfThen", "asHelper"] as const;
const LASTING = WAYS.flatMap((way) => PLACES.map((place) => ({ way, ...place })));

simulated.each(LASTING)(
  "an ask of oneself after an await is refused at once: $way on $where",
  async ({ way, workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(pensive, null);
    const error = await assertRejects(() => ref.ask[way](), Error);
    assertEquals(error.name, "DeadlockError");
  },
);

simulated.each(PLACES)(
  "an ask of oneself after an await is refused at once by a handler that seldom goes on, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(pensive, null);
    const refused = async () =>
      await assertRejects(async () => await ref.ask.sometimes(true), Error);
    assertEquals((await refused()).name, "DeadlockError");
    // So often in a row that one which has never gone on is expected to end at once.
    await Promise.all(Array.from({ length: 1_000 }, () => ref.ask.sometimes(false)));
    assertEquals((await refused()).name, "DeadlockError");
  },
);

simulated.each(PLACES)(
  "an ask of oneself after an await in a timer is refused at once on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const report = await system.spawn(notes);
    const ref = await system.spawn(pensive, null);
    ref.tell.inTimer(report);
    assertEquals(await report.ask.first(), "DeadlockError");
  },
);

simulated.each(PLACES)(
  "an ask of oneself after an await in an async generator is refused on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(pensive, null);
    const error = await assertRejects(() => Array.fromAsync(ref.stream.asGenerator()), Error);
    assertEquals(error.name, "DeadlockError");
  },
);

simulated.each([selfStarter, thenStarter].flatMap((definition) => {
  return PLACES.map((place) => ({ ...place, definition }));
}))("an ask of oneself in setup is refused at once on $where", async ({ definition, workers }) => {
  await using system = new ActorSystem({ workers });
  const error = await assertRejects(() => system.spawn(definition), Error);
  assertEquals(error.name, "DeadlockError");
});

simulated.each(LASTING)(
  "a turn that goes on may ask others while the system drains: $way on $where",
  async ({ way, workers }) => {
    const system = new ActorSystem({ workers });
    const other = await system.spawn(pensive, null);
    const ref = await system.spawn(pensive, other);
    const answer = ref.ask[way]();
    await system.shutdown();
    assertEquals(await answer, "pong");
  },
);

simulated.each(PLACES)(
  "a stream of an async generator may ask others while the system drains, on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const other = await system.spawn(pensive, null);
    const ref = await system.spawn(pensive, other);
    const values = ref.stream.asGenerator()[Symbol.asyncIterator]();
    const first = values.next();
    await system.shutdown();
    assertEquals((await first).value, "pong");
  },
);

simulated.each(["asSupervisor" as const, "asPool" as const])(
  "what a turn makes after an await belongs to its system: %s",
  async (way) => {
    await using system = new ActorSystem({ workers: 0 });
    const ref = await system.spawn(pensive, null);
    const id = await ref.ask[way]();
    assertEquals(id.split(":")[0], ref.id.split(":")[0]);
  },
);
