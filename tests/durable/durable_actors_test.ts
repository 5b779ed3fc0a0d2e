import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, keyed } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { memoryStore } from "../../testing/mod.ts";
import { inVirtualTime } from "../simulation/simulated.ts";
import { account, bomb, hoarder, mistyped } from "../fixtures/durable.ts";
import { until } from "../testing.ts";
import { Scratch } from "./scratch.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function start(file: string, workers = 1): ActorSystem {
  return new ActorSystem({ workers, store: sqlite(file), kinds: [account] });
}

Deno.test("The state of a durable actor is there after a restart", async () => {
  using folder = new Scratch();
  {
    await using system = start(folder.file);
    const mine = system.at(account, "a");
    assertEquals(await mine.ask.deposit(5), 5);
    assertEquals(await mine.ask.deposit(6), 11);
    await assertRejects(() => mine.ask.withdraw(20), RangeError, "not enough");
    assertEquals(await mine.ask.balance(), 11);
    assertEquals(await mine.ask.turns(), 0);
  }
  await using system = start(folder.file);
  const mine = system.at(account, "a");
  assertEquals(await mine.ask.whole(), { balance: 11, moves: ["+5", "+6"] });
  assertEquals(await system.at(account, "b").ask.balance(), 0);
});

Deno.test("Durable actors: all there is, once", async () => {
  using folder = new Scratch();
  await using system = start(folder.file, 0);
  const mine = system.at(account, "a");
  const once = mine.with({ once: "x" });
  assertEquals(await Promise.all([once.ask.deposit(5), once.ask.deposit(5)]), [5, 5]);
  assertEquals(await once.ask.deposit(5), 5);
  await assertRejects(() => once.ask.deposit(6), Error, "was used for another");
  assertEquals(await mine.ask.turns(), 1);
  await mine.ask.transfer("b", 3);
  while (await system.at(account, "b").ask.balance() !== 3) await sleep(5);
  await mine.ask.remind("r", 10, 7);
  assertEquals(await mine.ask.alarms(), ["r: deposit"]);
  while (await mine.ask.balance() !== 9) await sleep(5);
  assertEquals(await mine.ask.alarms(), []);
  await mine.ask.note("x", new Map([[1, new Uint8Array([1, 2])]]));
  assertEquals(await mine.ask.noted("x"), new Map([[1, new Uint8Array([1, 2])]]));
  assertEquals((await mine.ask.notes()).length, 1);
  const values: number[] = [];
  await assertRejects(
    async () => {
      for await (const value of mine.stream.count(5)) values.push(value);
    },
    Error,
    "no fourth",
  );
  assertEquals(values, [1, 2, 3]);
  assertEquals(await mine.ask.balance(), 12);
  await assertRejects(() => mine.ask.sharedMemory(), TypeError, "SharedArrayBuffer");
  await assertRejects(() => mine.ask.keepFunction(), TypeError, "state.fn is a function");
  assertEquals(await mine.ask.balance(), 12);
  await mine.ask.forget();
  assertEquals(await mine.ask.whole(), { balance: 0, moves: [] });
  assertEquals((await mine.ask.notes()).length, 0);
  assertEquals(await once.ask.deposit(5), 5);
  assertEquals(await mine.ask.balance(), 0);
  assertEquals(await system.alarms(), []);
  assert(await mine.ask.epoch() > 0);
});

Deno.test("A post to durable actors that the system does not have is refused", async () => {
  using folder = new Scratch();
  await using system = start(folder.file, 0);
  await assertRejects(
    () => system.at(account, "a").ask.transferAway("b"),
    TypeError,
    'Cannot post to "elsewhere": it has state, so the system needs it among its kinds',
  );
});

Deno.test("What a plain handler does after its thousandth call is part of its turn, too", async () => {
  await using system = start(":memory:", 0);
  const mine = system.at(account, "a");
  await Promise.all(Array.from({ length: 1_000 }, () => mine.ask.seldom(false)));
  await mine.ask.seldom(false);
  assertEquals(await mine.ask.seldom(true), 1_002);
});

Deno.test("A name in reads that no handler has is refused when the actor starts", async () => {
  await using system = new ActorSystem({
    workers: 0,
    store: sqlite(":memory:"),
    kinds: [mistyped],
  });
  await assertRejects(
    () => system.at(mistyped, "a").ask.value(),
    TypeError,
    'Cannot start actor: reads names "valeu", which is no handler that setup has returned',
  );
});

export const hasty = keyed(
  import.meta,
  { kind: "hasty", state: () => Promise.resolve({ count: 0 }) },
  (context) => ({ get: () => context.state }),
);

Deno.test("A state that begins as a promise is refused with words", async () => {
  await using system = new ActorSystem({
    workers: 0,
    store: sqlite(":memory:"),
    kinds: [hasty],
  });
  await assertRejects(
    () => system.at(hasty, "a").ask.get(),
    TypeError,
    'Cannot begin state of "hasty/a": state must return it at once, not a promise',
  );
});

export const ticker = keyed(
  import.meta,
  { kind: "ticker", state: () => ({ ticks: 0 }), reads: ["ticks"], onError: "resume" },
  (context) => ({
    begin: (ms: number) => context.alarm("tick", { every: ms }).tick(),
    tick() {
      context.state.ticks++;
      if (context.state.ticks === 3) context.clearAlarm("tick");
    },
    ticks: () => context.state.ticks,
  }),
);

Deno.test("An alarm goes off every so many milliseconds, also when they are not whole", async () => {
  await using system = new ActorSystem({ workers: 0, store: sqlite(":memory:"), kinds: [ticker] });
  const ref = system.at(ticker, "a");
  await ref.ask.begin(10.25);
  await until(10_000, "three ticks", async () => await ref.ask.ticks() === 3);
  assertEquals(await system.alarms(), []);
});

inVirtualTime.each(["arm", "hit"] as const)(
  "What ends the worker of its actor each time it is delivered is delivered with growing pauses: %s",
  async (doing) => {
    await using system = new ActorSystem({ workers: 1, store: memoryStore(), kinds: [bomb] });
    let losses = 0;
    system.addEventListener("host", ({ detail }) => losses += detail.state === "lost" ? 1 : 0);
    await system.at(bomb, "a").ask[doing]("b");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    assert(losses > 3 && losses < 12, `${losses} losses`);
  },
);

inVirtualTime(
  "What a turn keeps of alarm() and post() is for the turn that calls it, or refused",
  async () => {
    await using system = new ActorSystem({ workers: 0, store: memoryStore(), kinds: [hoarder] });
    const ref = system.at(hoarder, "a");
    const outside = "outside of a turn of it";
    await ref.ask.keepAlarm();
    await ref.ask.useLater();
    await until(1_000, "the refusal", async () => (await ref.ask.error()).endsWith(outside));
    assertEquals(await ref.ask.alarms(), 0);
    await ref.ask.use();
    assertEquals(await ref.ask.alarms(), 1);
    await ref.ask.keepPost();
    await ref.ask.use();
    await until(1_000, "the post", async () => await system.at(hoarder, "b").ask.n() === 1);
  },
);
