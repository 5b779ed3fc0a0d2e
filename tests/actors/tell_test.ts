import { assertEquals, assertThrows } from "@std/assert";
import { type ActorRef, ActorSystem, type RefOf } from "../../actors/mod.ts";
import { transfer } from "../../channels/mod.ts";
import { envoy, scribe } from "../fixtures/asks.ts";
import { events, nextEvent, PLACES } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

type Scribe = RefOf<typeof scribe>;

/** What one sender's burst looks like when nothing is lost, doubled or out of order. */
function burstOf(from: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${from} ${number}`);
}

/** The notes that came from one sender. */
function notesFrom(from: string, notes: unknown): string[] {
  return (notes as string[]).filter((note) => note.startsWith(`${from} `));
}

simulated.each(PLACES)("ActorRef.tell returns nothing and keeps the order, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  for (const note of burstOf("main", 5_000)) assertEquals(ref.tell.note(note), undefined);
  assertEquals(await ref.ask.notes(), burstOf("main", 5_000));
});

simulated.each(PLACES)("ActorRef.tell and ask keep their common order, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const sender = await system.spawn(envoy);
  assertEquals(await sender.ask.mixedBurst(ref, "envoy", 999), burstOf("envoy", 999));
});

simulated("ActorRef.tell keeps the order while two workers get to know each other", async () => {
  for (let round = 0; round < 6; round++) {
    await using system = new ActorSystem({ workers: 2 });
    const ref = await system.spawn(scribe);
    const sender = await system.spawn(envoy);
    // Some in the turn that makes the link, some after it.
    sender.tell.burst(ref, "a", 50);
    sender.tell.mixedBurst(ref, "a2", 50);
    const notes = await within(20_000, `round ${round}`, sender.ask.burst(ref, "b", 700));
    assertEquals(notesFrom("a", notes), burstOf("a", 50));
    assertEquals(notesFrom("a2", notes), burstOf("a2", 50));
    assertEquals(notesFrom("b", notes), burstOf("b", 700));
    assertEquals((notes as string[]).slice(0, 100), [...burstOf("a", 50), ...burstOf("a2", 50)]);
  }
});

simulated("ActorRef.tell keeps the order when both workers make the link at once", async () => {
  for (let round = 0; round < 6; round++) {
    await using system = new ActorSystem({ workers: 2 });
    const [left, right] = [await system.spawn(scribe), await system.spawn(scribe)];
    const fromLeft = await system.spawn(envoy.with({ near: left }));
    const fromRight = await system.spawn(envoy.with({ near: right }));
    const both = Promise.all([
      fromLeft.ask.mixedBurst(right, "left", 600),
      fromRight.ask.mixedBurst(left, "right", 600),
    ]);
    const [atRight, atLeft] = await within(20_000, `round ${round}`, both);
    assertEquals(atRight, burstOf("left", 600));
    assertEquals(atLeft, burstOf("right", 600));
  }
});

simulated("ActorRef.tell keeps the order through refs that came by different ways", async () => {
  for (let round = 0; round < 3; round++) {
    await using system = new ActorSystem({ workers: 3 });
    const ref = await system.spawn(scribe.with({ name: "bob" }));
    const [sender, courier] = [await system.spawn(envoy), await system.spawn(envoy)];
    const passed = await courier.ask.pass(ref);
    const found = await system.find<typeof scribe>("bob") as Scribe;
    const limited = ref.with({ timeoutMs: 5_000 });
    const notes = await sender.ask.through([ref, passed, found, limited], 500);
    assertEquals(notes, Array.from({ length: 500 }, (_, number) => number));
  }
});

simulated("ActorRef.tell keeps the order of a ref that a worker was just told of", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const sender = await system.spawn(envoy);
  for (let round = 0; round < 10; round++) {
    const ref = await system.spawn(scribe);
    sender.tell.learn("ref", ref);
    for (let number = 0; number < 20; number++) sender.tell.tellKnown("ref", number);
    const notes = await sender.ask.through([ref], 0) as number[];
    assertEquals(notes, Array.from({ length: 20 }, (_, number) => number));
  }
});

simulated("ActorRef.tell is handled at most once, also when it fails the actor", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const errors = events(system, "error");
  const restarted = nextEvent(system, "restart");
  const log = await system.spawn(scribe.with({ on: "here" }));
  const ref = await system.spawn(scribe);
  const release = new AbortController();
  ref.tell.hold(release.signal, log);
  ref.tell.noteAndFail("once");
  ref.tell.note("after");
  release.abort();
  await within(20_000, "the restart", restarted);
  assertEquals(await ref.ask.notes(), ["after"]);
  assertEquals([await log.ask.notes(), errors.length, await ref.ask.restarts()], [["held"], 1, 1]);
});

simulated("ActorRef.tell from many workers: each message comes once", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const ref = await system.spawn(scribe);
  const spawns = Array.from({ length: 4 }, () => system.spawn(envoy));
  const senders = await Promise.all(spawns);
  await Promise.all(senders.map((sender, index) => sender.ask.mixedBurst(ref, `${index}`, 300)));
  const notes = await ref.ask.notes() as string[];
  assertEquals(notes.length, 1_200);
  for (const from of ["0", "1", "2", "3"]) assertEquals(notesFrom(from, notes), burstOf(from, 300));
});

simulated.each(PLACES)("ActorRef.tell copies at the call, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const value = { list: [1], bytes: Uint8Array.of(1), map: new Map([["key", { n: 1 }]]) };
  ref.tell.note(value);
  value.list.push(2);
  value.bytes[0] = 2;
  value.map.get("key")!.n = 2;
  const expected = { list: [1], bytes: Uint8Array.of(1), map: new Map([["key", { n: 1 }]]) };
  assertEquals(await ref.ask.notes(), [expected]);
});

simulated("ActorRef.tell copies for each of two actors of one thread", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const [one, two] = [await system.spawn(scribe), await system.spawn(scribe)];
  const value = { list: [1] };
  one.tell.change(value);
  two.tell.change(value);
  assertEquals(await one.ask.notes(), [{ list: [1, 0] }]);
  assertEquals(await two.ask.notes(), [{ list: [1, 0] }]);
});

simulated.each(PLACES)("transfer() in a tell moves the buffer, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const bytes = Uint8Array.of(1, 2, 3);
  ref.tell.note({ bytes: transfer(bytes, [bytes.buffer]) });
  assertEquals([bytes.byteLength, bytes.buffer.byteLength], [0, 0]);
  assertEquals(await ref.ask.notes(), [{ bytes: Uint8Array.of(1, 2, 3) }]);
});

simulated.each(PLACES)("transfer() in a refused tell moves nothing, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  const bytes = Uint8Array.of(1, 2, 3);
  assertThrows(() => ref.tell.note([transfer(bytes, [bytes.buffer]), Symbol("s")]), TypeError);
  assertEquals(bytes, Uint8Array.of(1, 2, 3));
});

simulated.each(PLACES)("ActorRef.tell of a stopped actor is a dead letter, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(scribe);
  await ref.stop();
  const letter = nextEvent(system, "deadletter");
  ref.tell.note("late");
  const { ref: actor, handler } = await within(20_000, "the dead letter", letter);
  assertEquals([actor.id, handler], [ref.id, "note"]);
});

simulated("ActorRef.tell after shutdown() is a dead letter", async () => {
  const system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(scribe);
  await system.shutdown();
  const letters = events(system, "deadletter");
  ref.tell.note("late");
  assertEquals(letters.map(({ handler }) => handler), ["note"]);
});

simulated.each(PLACES)("ActorRef.tell: a failure is an event, not lost, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const failure = nextEvent(system, "error");
  const ref = await system.spawn(scribe.with({ onError: "resume" }));
  ref.tell.noteAndFail("x");
  const { ref: actor, handler, error } = await within(20_000, "the event", failure);
  assertEquals([actor?.id, handler, (error as Error).message], [ref.id, "noteAndFail", "failed"]);
  assertEquals(await ref.ask.notes(), ["x"]);
});

simulated("ActorRef.id is the same wherever a ref comes from", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(scribe.with({ name: "bob" }));
  const courier = await system.spawn(envoy);
  const passed = await courier.ask.pass(ref);
  const found = await system.find<typeof scribe>("bob");
  assertEquals([passed.id, found?.id, passed.name], [ref.id, ref.id, "bob"]);
  const other: ActorRef<unknown> = await system.spawn(scribe);
  assertEquals(other.id === ref.id, false);
});

simulated("ActorRef.tell works from a worker to the main thread", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(scribe.with({ on: "here" }));
  const sender = await system.spawn(envoy);
  sender.tell.learn("main", ref);
  sender.tell.tellKnown("main", "hello");
  await until(20_000, "the note", async () => (await ref.ask.notes()).length === 1);
  assertEquals(await sender.ask.burst(ref, "worker", 100), ["hello", ...burstOf("worker", 100)]);
});
