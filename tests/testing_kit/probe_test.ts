import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorStoppedError, ActorSystem } from "../../mod.ts";
import { expectNoErrors, probe } from "../../testing/mod.ts";
import { type Bank, customer, tester } from "../fixtures/kit_actors.ts";
import { PLACES } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

simulated.each(PLACES)("A probe records what it is told and asked, from $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const bank = probe<Bank>(system, { deposit: (sum) => sum * 2 });
  const ref = await system.spawn(customer, 10);
  ref.tell.pay(bank.ref, 4);
  assertEquals(await bank.next("deposit"), [4]);
  assertEquals(await ref.ask.put(bank.ref, 5), 10);
  bank.ref.tell.close();
  assertEquals(await bank.next("close"), []);
  assertEquals(bank.calls, [
    { handler: "deposit", args: [4] },
    { handler: "deposit", args: [5] },
    { handler: "close", args: [] },
  ]);
});

simulated.each(PLACES)("A probe gives a stream, and can be watched, from $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const bank = probe<Bank>(system, {
    *history(from) {
      yield* [from, from + 1];
    },
  });
  const ref = await system.spawn(customer, 10);
  assertEquals(await ref.ask.read(bank.ref), [2, 3]);
  const watch = ref.ask.watch(bank.ref);
  await bank.ref.stop();
  assertEquals(await within(5_000, "the end", watch), { kind: "shutdown" });
});

simulated("A probe can be made on a worker, and used from another thread", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(customer.with({ on: "here" }), 10);
  const there = await system.spawn(tester);
  assertEquals(await there.ask.test(ref), [3]);
});

Deno.test("An ask of a probe that has no answer is recorded, and rejects with words", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using bank = probe<Bank>(system);
  await assertRejects(
    () => bank.ref.ask.deposit(3),
    TypeError,
    'Cannot answer "deposit": the probe has no handler for it: probe(system, { deposit: ... })',
  );
  await assertRejects(
    () => bank.ref.stream.history(0).next(),
    TypeError,
    'Cannot answer "history"',
  );
  assertEquals(bank.calls.map(({ handler }) => handler), ["deposit", "history"]);
});

Deno.test("A probe whose handler throws goes on", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using bank = probe<Bank>(system, {
    deposit() {
      throw new RangeError("full");
    },
    lend: () => Promise.reject(new RangeError("poor")),
  });
  await assertRejects(() => bank.ref.ask.deposit(1), RangeError, "full");
  await assertRejects(() => bank.ref.ask.lend(1), RangeError, "poor");
  assertEquals(bank.calls.length, 2);
});

Deno.test("A probe that holds one answer back goes on with others", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const decision = Promise.withResolvers<boolean>();
  using bank = probe<Bank>(system, { lend: () => decision.promise, deposit: (sum) => sum });
  const lent = bank.ref.ask.lend(1);
  assertEquals(await bank.ref.ask.deposit(1), 1);
  decision.resolve(true);
  assertEquals(await lent, true);
});

Deno.test("A handler of a probe sees the others as this", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const handlers = {
    total: 5,
    add: (n: number) => n,
    sum: function () {
      return this.total;
    },
  };
  using it = probe<{ sum(): number }>(system, handlers);
  assertEquals(await it.ref.ask.sum(), 5);
});

Deno.test("A probe records any handler where no protocol is given, and keeps refs as they are", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using _ = expectNoErrors(system);
  using any = probe(system);
  any.ref.tell.toString(1);
  any.ref.tell.valueOf({ self: any.ref });
  assertEquals(await any.next("valueOf"), [{ self: any.ref }]);
  assertEquals(await any.next("toString"), [1]);
});

Deno.test("probe.next gives the calls of one handler in order, each once", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using bank = probe<Bank>(system);
  const early = [bank.next("deposit"), bank.next("close"), bank.next("deposit")];
  bank.ref.tell.deposit(1);
  bank.ref.tell.deposit(2);
  bank.ref.tell.deposit(3);
  bank.ref.tell.close();
  assertEquals(await Promise.all(early), [[1], [], [2]]);
  assertEquals(await bank.next("deposit", { withinMs: 0 }), [3]);
});

Deno.test("probe.next rejects with what came instead when its time is over", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using bank = probe<Bank>(system);
  const error = await assertRejects(() => bank.next("deposit", { withinMs: 5 }), Error);
  assertEquals(error.name, "AssertionError");
  assertEquals(
    error.message,
    'Expected a call of "deposit" within 5 ms, but none came. Calls so far: none.',
  );
  bank.ref.tell.close();
  (bank.ref.tell as unknown as { tell(x: object): void }).tell({ a: ["b"] });
  const other = await assertRejects(() => bank.next("deposit", { withinMs: 5 }), Error);
  assertEquals(
    other.message,
    'Expected a call of "deposit" within 5 ms, but none came. Calls so far:\n' +
      '    close()\n    tell({ a: [ "b" ] })',
  );
  // What comes too late is for the next one.
  bank.ref.tell.deposit(7);
  assertEquals(await bank.next("deposit"), [7]);
});

Deno.test("probe.nothing resolves when nothing comes, and rejects at once when something does", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using bank = probe<Bank>(system);
  await bank.nothing(5);
  const long = bank.nothing(60_000);
  bank.ref.tell.deposit(3);
  const error = await within(5_000, "the rejection", assertRejects(() => long, Error));
  assertEquals(error.name, "AssertionError");
  assertEquals(error.message, "Expected no call within 60000 ms, but there was deposit(3).");
  await bank.next("deposit");
  await bank.nothing(0);
});

Deno.test("probe.nothing looks at what came since the call that next gave last", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using bank = probe<Bank>(system, { deposit: (sum) => sum });
  await bank.ref.ask.deposit(3);
  await assertRejects(() => bank.nothing(60_000), Error, "but there was deposit(3)");
  bank.ref.tell.close();
  bank.ref.tell.deposit(4);
  await bank.next("close");
  await assertRejects(() => bank.nothing(60_000), Error, "but there was deposit(4)");
  assertEquals(await bank.next("deposit"), [3]);
  assertEquals(await bank.next("deposit"), [4]);
  await bank.nothing(1);
});

Deno.test("Waits for a probe end with its system", async () => {
  const system = new ActorSystem({ workers: 0 });
  const bank = probe<Bank>(system);
  const next = assertRejects(
    () => bank.next("deposit", { withinMs: 60_000 }),
    Error,
    'Expected a call of "deposit", but the probe has ended. Calls so far: none.',
  );
  const nothing = bank.nothing(60_000);
  await system.shutdown();
  await within(5_000, "both", Promise.all([next, nothing]));
  await assertRejects(() => bank.next("close"), Error, "the probe has ended");
  assertThrows(() => probe(system), ActorStoppedError, "Cannot make a probe: the system has shut");
});

Deno.test("A probe ends with its scope", async () => {
  await using system = new ActorSystem({ workers: 0 });
  let ref;
  {
    await using bank = probe<Bank>(system);
    ref = bank.ref;
  }
  assertEquals(await ref.exited, { kind: "shutdown" });
});

Deno.test("A probe takes the protocol of a definition", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using it = probe<typeof customer>(system, { left: () => 3 });
  const left: number = await it.ref.ask.left();
  assertEquals(left, 3);
  it.ref.tell.pay(probe<Bank>(system).ref, 4);
  const [, sum] = await it.next("pay");
  assertEquals(sum.toFixed(), "4");
});

Deno.test("probe refuses wrong arguments", async () => {
  await using system = new ActorSystem({ workers: 0 });
  assertThrows(
    () => probe({} as ActorSystem),
    TypeError,
    "the first argument must be an ActorSystem",
  );
  assertThrows(() => probe(system, 3 as never), TypeError, "handlers must be an object");
  using bank = probe<Bank>(system);
  await assertRejects(() => bank.next("close", { withinMs: -1 }), RangeError, "withinMs");
  await assertRejects(() => bank.nothing(NaN), RangeError, "ms must be >= 0");
});
