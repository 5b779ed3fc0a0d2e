import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type ActorRef,
  ActorSystem,
  DefinitionError,
  keyed,
  type KeyedRef,
  select,
} from "../../mod.ts";
import { brittle, client, counter, doomed, log, runner, sleeper } from "../fixtures/keyed.ts";
import { PLACES } from "../fixtures/life_probe.ts";
import { inVirtualTime, simulated } from "../simulation/simulated.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

simulated.each(PLACES)("A keyed actor is there when it is first asked, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const hits = system.at(counter, "home");
  assertEquals(hits.id, "counter/home");
  assertEquals(await hits.ask.increment(), 1);
  assertEquals(await hits.ask.increment(2), 3);
  assertEquals(await system.at(counter, "home").ask.count(), 3);
  assertEquals(await system.at(counter, "about").ask.count(), 0);
  assertEquals(await system.at(counter, "a/b c").ask.key(), "a/b c");
});

simulated.each(PLACES)("All threads mean the same keyed actor, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const clients = await Promise.all([1, 2, 3].map(() => system.spawn(client)));
  const keys = Array.from({ length: 20 }, (_, number) => `key ${number}`);
  for (const key of keys) {
    await Promise.all(clients.map((each) => each.ask.increment(key)));
    assertEquals(await system.at(counter, key).ask.increment(), 4);
  }
});

simulated("What one thread tells a keyed actor keeps its order and number", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const each = await system.spawn(client);
  assertEquals(await each.ask.burst("many", 900), 900);
});

simulated("A reference to a keyed actor is the same one where it is sent", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const each = await system.spawn(client);
  const ref = system.at(counter, "sent");
  assertEquals(await each.ask.idOf(ref), "counter/sent");
  assertEquals(await each.ask.incrementOf(ref), 1);
  const back = await each.ask.refTo("sent") as unknown as typeof ref;
  assertEquals(await back.ask.increment(), 2);
});

simulated("A reference to a keyed actor is in what keyed actors are sent and answer", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = system.at(sleeper, "sent");
  for (const key of ["a", "b", "c", "d"]) await system.at(counter, key).ask.touch(ref);
  const back = await system.at(counter, "a").ask.refTo("sent") as unknown as typeof ref;
  assertEquals(back.id, "sleeper/sent");
  assertEquals(await back.ask.touch(), 5);
});

simulated("A kind that only one thread has named is found by all", async () => {
  await using system = new ActorSystem({ workers: 4 });
  const each = await system.spawn(client);
  // Nobody but that worker has ever named it.
  for (let number = 0; number < 12; number++) {
    assertEquals(await each.ask.increment(`${number}`, 5), 5);
  }
});

inVirtualTime("A keyed actor sleeps when it is idle, and wakes with the next message", async () => {
  log.length = 0;
  await using system = new ActorSystem({ workers: 0 });
  const ref = system.at(sleeper, "a");
  assertEquals(await ref.ask.touch(), 1);
  assertEquals(await ref.ask.touch(), 2);
  await sleep(900);
  assertEquals(log, ["+a"]);
  await sleep(600);
  assertEquals(log, ["+a", "-a"]);
  assertEquals(await ref.ask.touch(), 1);
});

inVirtualTime("No message is lost because an actor is about to sleep", async () => {
  log.length = 0;
  await using system = new ActorSystem({ workers: 0 });
  const ref = system.at(sleeper, "b");
  let touched = 0;
  await ref.ask.touch();
  // Its last callback takes a tenth of a second: messages come before, within and after it.
  for (let ms = 0; ms < 300; ms += 20) {
    await sleep(1_000 + ms);
    touched += await ref.ask.touch() > 0 ? 1 : 0;
    ref.tell.touch();
  }
  assertEquals(touched, 15);
  assertEquals(system.deadLetters, 0);
  assert(log.filter((each) => each === "-b").length >= 5, log.join());
});

inVirtualTime(
  "The actors that were used least recently sleep when there are too many",
  async () => {
    log.length = 0;
    await using system = new ActorSystem({ workers: 0 });
    for (const key of ["a", "b", "c", "d"]) await system.at(sleeper, key).ask.touch();
    await system.at(sleeper, "a").ask.touch();
    await system.at(sleeper, "e").ask.touch();
    await sleep(200);
    assertEquals(log, ["+a", "+b", "+c", "+d", "+e", "-b"]);
  },
);

type Busy = KeyedRef<{
  work(ms: number): Promise<number>;
  later(ms: number): void;
  values(ms: number): AsyncGenerator<number>;
}>;

interface Holder {
  readonly what: string;
  readonly ms: number;
  begin(ref: Busy): Promise<unknown>;
}

const HOLDERS: Holder[] = [
  { what: "A turn that goes on", ms: 5_000, begin: (ref) => ref.ask.work(5_000) },
  { what: "What after() has set", ms: 5_000, begin: (ref) => ref.ask.later(5_000) },
  {
    what: "A stream that is read",
    ms: 6_000,
    async begin(ref) {
      for await (const _ of ref.stream.values(2_000));
    },
  },
];

inVirtualTime.each(HOLDERS)("$what keeps a keyed actor awake", async ({ begin, ms }) => {
  log.length = 0;
  await using system = new ActorSystem({ workers: 0 });
  const done = begin(system.at(sleeper, "x"));
  await sleep(ms - 100);
  assert(!log.includes("-x"), log.join());
  await done;
  await sleep(1_600);
  assert(log.includes("-x"), log.join());
});

inVirtualTime("A living child keeps a keyed actor awake, every() does not", async () => {
  log.length = 0;
  await using system = new ActorSystem({ workers: 0 });
  await system.at(sleeper, "parent").ask.child();
  await system.at(sleeper, "ticks").ask.often(100);
  await sleep(10_000);
  assert(!log.includes("-parent"));
  assert(log.includes("-ticks"));
  const { length } = log;
  await sleep(1_000);
  assertEquals(log.length, length);
});

inVirtualTime(
  "What waits for an activation that fails rejects, and the next message tries again",
  async () => {
    log.length = 0;
    await using system = new ActorSystem({ workers: 0 });
    const letters: string[] = [];
    system.addEventListener("deadletter", ({ detail }) => letters.push(detail.why));
    const ref = system.at(brittle, "fails:3");
    ref.tell.count();
    const both = await Promise.allSettled([ref.ask.count(), ref.ask.count()]);
    assertEquals(both.map((each) => (each as PromiseRejectedResult).reason.message), [
      "not yet 3",
      "not yet 3",
    ]);
    assertEquals(letters, ["the actor could not be activated: not yet 3"]);
    const start = performance.now();
    await assertRejects(() => ref.ask.count(), RangeError, "not yet 2");
    const first = performance.now();
    await assertRejects(() => ref.ask.count(), RangeError, "not yet 1");
    const second = performance.now();
    assertEquals(await ref.ask.count(), 1);
    assert(first - start >= 49 && second - first >= 99, `${first - start} ${second - first}`);
    assertEquals(log.length, 4);
  },
);

inVirtualTime("A shutdown does not wait for an actor that is about to be tried again", async () => {
  const system = new ActorSystem({ workers: 0 });
  const ref = system.at(brittle, "ends:9");
  for (let time = 0; time < 6; time++) await ref.ask.count().catch(() => {});
  const asked = ref.ask.count();
  const start = performance.now();
  const refused = assertRejects(() => asked, RangeError, "not yet 3");
  assertEquals(await system.shutdown(), { abandoned: [] });
  await refused;
  assert(performance.now() - start < 1_000);
});

simulated("A keyed actor whose handler fails is activated anew", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = system.at(brittle, "anew:0");
  assertEquals(await ref.ask.count(), 1);
  const failed = ref.ask.fail();
  const after = ref.ask.count();
  await assertRejects(() => failed, Error, "failed");
  assertEquals(await after, 1);
});

simulated("Keyed actors on a lost worker are activated on the new one", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const each = await system.spawn(client);
  const keys = Array.from({ length: 10 }, (_, number) => `key ${number}`);
  for (const key of keys) assertEquals(await system.at(counter, key).ask.increment(), 1);
  await each.ask.die().catch(() => {});
  await sleep(1_000);
  const counts = await Promise.all(keys.map((key) => system.at(counter, key).ask.increment()));
  assert(counts.includes(1) && counts.includes(2), counts.join());
});

inVirtualTime(
  "A worker that nobody needed after its loss is started for a keyed actor",
  async () => {
    await using system = new ActorSystem({ workers: 2 });
    const states: string[] = [];
    system.addEventListener("host", ({ detail }) => states.push(`${detail.index} ${detail.state}`));
    const keys = Array.from({ length: 10 }, (_, number) => `key ${number}`);
    const temporary = client.with({ restart: "temporary" });
    for (let round = 0; round < 3; round++) {
      const [one, other] = await Promise.all([system.spawn(temporary), system.spawn(temporary)]);
      await Promise.all(keys.map((key) => one.ask.increment(key)));
      await other.ask.die().catch(() => {});
      await sleep(2_000);
      await Promise.all(keys.map((key) => one.ask.increment(key)));
      await one.ask.die().catch(() => {});
      await sleep(2_000);
    }
    const counts = await Promise.all(keys.map((key) => system.at(counter, key).ask.increment()));
    // On the host that was lost last they are new, on the other one they have been counted once before.
    assertEquals(new Set(counts), new Set([1, 2]));
    assert(states.filter((state) => state.endsWith("back")).length >= 4, states.join());
  },
);

Deno.test("A keyed actor can neither be stopped nor waited for, and says so", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = system.at(counter, "a");
  const why = "a keyed actor sleeps when it is idle, and is never at its end";
  await assertRejects(() => ref.stop(), TypeError, `Cannot stop "counter/a": ${why}`);
  await assertRejects(() => ref.terminate(), TypeError, `Cannot terminate "counter/a": ${why}`);
  await assertRejects(
    async () => void await select([ref]),
    TypeError,
    `Cannot select "counter/a": ${why}`,
  );
  const each = await system.spawn(client);
  await assertRejects(
    () => each.ask.watch(ref as ActorRef<unknown>),
    TypeError,
    `Cannot watch "counter/a": ${why}`,
  );
  await assertRejects(
    () => system.spawn(client.with({ near: ref })),
    TypeError,
    "Cannot place: near must be an ActorRef of the same system that is not keyed",
  );
  await assertRejects(
    () => system.spawn(counter as never),
    TypeError,
    "Cannot spawn actor: the definition comes from keyed(): use system.at(definition, key)",
  );
});

Deno.test("system.at() refuses keys and definitions that will not do", async () => {
  await using system = new ActorSystem({ workers: 0 });
  assertThrows(
    () => system.at(client as never, "a"),
    TypeError,
    "Cannot address actor: the first argument must come from keyed()",
  );
  for (const key of ["", "a\nb", "x".repeat(513), 1 as unknown as string]) {
    assertThrows(
      () => system.at(counter, key),
      TypeError,
      'Cannot address "counter": key must be a text of 1 to 512 characters without control characters',
    );
  }
  system.at(counter, "a");
  const other = keyed(import.meta, { kind: "counter" }, () => ({}));
  assertThrows(() => system.at(other, "a"), DefinitionError, 'Cannot use kind "counter"');
});

Deno.test("keyed() refuses what it cannot use", () => {
  assertThrows(
    () => keyed(import.meta, { kind: "a/b" }, () => ({})),
    TypeError,
    "kind must be without",
  );
  assertThrows(
    () => keyed(import.meta, { idleMs: -1 }, () => ({})),
    RangeError,
    "idleMs must be >= 0",
  );
  assertThrows(() => keyed(import.meta, { maxActive: 0 }, () => ({})), RangeError, "maxActive");
  assertThrows(() => keyed(import.meta, {}, 1 as never), TypeError, "setup must be a function");
});

simulated.each(PLACES)(
  "What cannot leave a process is refused by a keyed actor, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    // deno-lint-ignore no-explicit-any -- what the types would refuse
    const ref = system.at(counter, "a") as KeyedRef<any>;
    await assertRejects(
      () => ref.ask.increment({ buffer: new SharedArrayBuffer(8) }),
      TypeError,
      "Cannot send message: args[0].buffer is a SharedArrayBuffer: it exists in one process only",
    );
    const plain = await system.spawn(client);
    assertThrows(() => ref.tell.increment(plain), TypeError, "Cannot send message: args[0]");
    await assertRejects(() => ref.ask.memory(), TypeError, "Cannot send reply: result");
  },
);

inVirtualTime.each(PLACES)(
  "Actors to keep are active by themselves, and do not sleep, on $where",
  async ({
    workers,
  }) => {
    log.length = 0;
    await using system = new ActorSystem({ workers, kinds: [runner] });
    const runs = () => log.filter((each) => each.startsWith("runs")).sort();
    await sleep(10_000);
    assertEquals(runs(), ["runs one", "runs two"]);
    assert(log.filter((each) => each === "tick one").length > 50);
    await assertRejects(() => system.at(runner, "one").ask.fail(), Error, "failed");
    await sleep(100);
    assertEquals(runs(), ["runs one", "runs one", "runs two"]);
    assertEquals(await system.at(runner, "one").ask.get(), 1);
    if (workers === 0) return;
    await system.at(runner, "two").ask.die().catch(() => {});
    await sleep(2_000);
    assertEquals(runs().filter((each) => each === "runs two").length, 2);
    const before = log.length;
    await sleep(1_000);
    assert(log.length > before);
  },
);

inVirtualTime(
  "An actor to keep that ends its worker is tried again with growing pauses",
  async () => {
    await using system = new ActorSystem({ workers: 1, kinds: [doomed] });
    let losses = 0;
    system.addEventListener("host", ({ detail }) => losses += detail.state === "lost" ? 1 : 0);
    await sleep(60_000);
    assert(losses > 5 && losses < 20, `${losses} losses`);
  },
);
