import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, keyed, OnceConflictError } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime, moveWallTime } from "../simulation/simulated.ts";
import { Scratch } from "./scratch.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How often handlers were called, in this process. */
let calls = 0;

const purse = keyed(
  import.meta,
  { kind: "purse", state: () => ({ paid: 0 }), reads: ["paid"] },
  (context) => ({
    async pay(amount: number, ms = 0) {
      calls++;
      context.state.paid += amount;
      await sleep(ms);
      if (amount < 0) throw new RangeError(`call ${calls}`);
      return { paid: context.state.paid, by: context.once };
    },
    nothing: () => void calls++,
    paid: () => context.state.paid,
    forget: () => context.forget(),
    memory() {
      calls++;
      context.state.paid++;
      return new SharedArrayBuffer(8);
    },
    async *values() {
      yield 1;
    },
  }),
);

const plain = keyed(import.meta, { kind: "plain" }, () => ({ pay: () => void calls++ }));

function start(file = ":memory:"): ActorSystem {
  calls = 0;
  return new ActorSystem({ workers: 0, store: sqlite(file), kinds: [purse] });
}

inVirtualTime("The same id gives the same reply, and the handler is called once", async () => {
  await using system = start();
  const once = system.at(purse, "a").with({ once: "x" });
  const first = await once.ask.pay(5);
  assertEquals(first, { paid: 5, by: "x" });
  assertEquals(await once.ask.pay(5), first);
  assertEquals(await system.at(purse, "a").with({ once: "x" }).ask.pay(5), first);
  assertEquals(calls, 1);
  assertEquals(await system.at(purse, "a").with({ once: "y" }).ask.pay(5), { paid: 10, by: "y" });
  assertEquals(await system.at(purse, "a").ask.pay(5), { paid: 15, by: undefined });
});

inVirtualTime("An id counts for its actor alone", async () => {
  await using system = start();
  for (const key of ["a", "b"]) {
    assertEquals(await system.at(purse, key).with({ once: "x" }).ask.pay(5), { paid: 5, by: "x" });
  }
});

inVirtualTime("The same id while the first one is handled waits for its reply", async () => {
  await using system = start();
  const once = system.at(purse, "a").with({ once: "x" });
  const all = await Promise.all([once.ask.pay(5, 100), once.ask.pay(5, 100), once.ask.pay(5, 100)]);
  assertEquals(all.map(({ paid }) => paid), [5, 5, 5]);
  assertEquals(calls, 1);
});

inVirtualTime("Who has given up asks again with the same id: it is done once", async () => {
  await using system = start();
  const ref = system.at(purse, "a").with({ once: "x" });
  await assertRejects(() => ref.with({ timeoutMs: 10 }).ask.pay(5, 100), DOMException);
  assertEquals(await ref.ask.pay(5, 100), { paid: 5, by: "x" });
  assertEquals(calls, 1);
});

inVirtualTime("An id that was used for another message is refused, and does no harm", async () => {
  await using system = start();
  const ref = system.at(purse, "a");
  const once = ref.with({ once: "x" });
  await once.ask.pay(5);
  await ref.ask.nothing();
  const error = await assertRejects(() => once.ask.pay(6), OnceConflictError);
  assert(error.message.includes('"x"'), error.message);
  await assertRejects(() => once.ask.nothing(), OnceConflictError);
  assertEquals(await ref.ask.paid(), 5);
  assertEquals(await once.ask.pay(5), { paid: 5, by: "x" });
  assertEquals(calls, 2);
});

inVirtualTime("A handler that returns nothing is called once, too", async () => {
  await using system = start();
  const once = system.at(purse, "a").with({ once: "x" });
  assertEquals([await once.ask.nothing(), await once.ask.nothing()], [undefined, undefined]);
  assertEquals(calls, 1);
});

inVirtualTime("After a restart the reply is the one that was given before", async () => {
  using folder = new Scratch();
  const { file } = folder;
  {
    await using system = start(file);
    await system.at(purse, "a").with({ once: "x" }).ask.pay(5);
    await system.at(purse, "a").ask.pay(1);
  }
  await using system = start(file);
  const once = system.at(purse, "a").with({ once: "x" });
  assertEquals(await once.ask.pay(5), { paid: 5, by: "x" });
  await assertRejects(() => once.ask.pay(6), OnceConflictError);
  assertEquals(calls, 0);
  assertEquals(await system.at(purse, "a").ask.paid(), 6);
});

inVirtualTime("A reply is kept for 24 hours", async () => {
  await using system = start();
  const once = system.at(purse, "a").with({ once: "x" });
  await once.ask.pay(5);
  moveWallTime(23.9 * 3_600_000);
  assertEquals((await once.ask.pay(5)).paid, 5);
  moveWallTime(0.2 * 3_600_000);
  assertEquals((await once.ask.pay(5)).paid, 10);
});

inVirtualTime("A turn that threw is handled again when it is sent again", async () => {
  await using system = start();
  const once = system.at(purse, "a").with({ once: "x" });
  await assertRejects(() => once.ask.pay(-1), RangeError, "call 1");
  await assertRejects(() => once.ask.pay(-1), RangeError, "call 2");
  // Not even the arguments are remembered.
  assertEquals((await once.ask.pay(3)).paid, 3);
});

inVirtualTime("A reply that cannot be kept undoes its turn", async () => {
  await using system = start();
  const once = system.at(purse, "a").with({ once: "x" });
  for (const call of [1, 2]) {
    await assertRejects(() => once.ask.memory(), TypeError, "SharedArrayBuffer");
    assertEquals(calls, call);
  }
  assertEquals(await system.at(purse, "a").ask.paid(), 0);
});

inVirtualTime("After forget() a retry does not pay twice", async () => {
  await using system = start();
  const once = system.at(purse, "a").with({ once: "x" });
  await once.ask.pay(5);
  await system.at(purse, "a").ask.forget();
  assertEquals(await once.ask.pay(5), { paid: 5, by: "x" });
  assertEquals(await system.at(purse, "a").ask.paid(), 0);
});

inVirtualTime("once is refused by an actor without state, for tells and for streams", async () => {
  await using system = start();
  await assertRejects(
    () => system.at(plain, "a").with({ once: "x" }).ask.pay(),
    TypeError,
    'Cannot ask "pay" of actor "plain/a" once: it has no state, so it keeps no answers',
  );
  const once = system.at(purse, "a").with({ once: "x" });
  assertThrows(
    () => once.tell.pay(1),
    TypeError,
    'Cannot tell "pay" of actor "purse/a": once is for asks',
  );
  await assertRejects(
    async () => {
      for await (const _ of once.stream.values());
    },
    TypeError,
    'Cannot stream "values" of actor "purse/a": once is for asks',
  );
  assertEquals(calls, 0);
  assertThrows(() => once.with({ once: 1 as unknown as string }), TypeError, "once");
});

inVirtualTime("Retries that come to another worker's actor get the stored reply, too", async () => {
  await using system = new ActorSystem({ workers: 2, store: sqlite(":memory:"), kinds: [purse] });
  for (const key of ["a", "b", "c", "d"]) {
    const once = system.at(purse, key).with({ once: "x" });
    assertEquals(await Promise.all([once.ask.pay(5), once.ask.pay(5)]), [
      { paid: 5, by: "x" },
      { paid: 5, by: "x" },
    ]);
  }
});
