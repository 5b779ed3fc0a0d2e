import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { actor, type ActorRef, ActorSystem } from "../../mod.ts";
import { probe, standIn, turn } from "../../testing/mod.ts";
import { type Bank, clerk, manager, sum } from "../fixtures/kit_actors.ts";

const bank: ActorRef<Bank> = standIn<Bank>("bank", {
  lend: (sum) => sum < 10,
  *history(from) {
    yield* [from, from + 1];
  },
});
const branch: ActorRef<Bank> = standIn<Bank>("branch");
const ARGS: Parameters<typeof manager.setup> extends [never, ...infer A] ? A : never = [
  bank,
  { branches: [branch, branch] },
];

Deno.test("turn gives the answer of one step, and what it told", async () => {
  const t = await turn(manager, ARGS, "earn", 5);
  assertEquals(t.result, 5);
  assertEquals(t.error, undefined);
  assertEquals(t.told, [
    { to: branch, handler: "deposit", args: [5] },
    { to: branch, handler: "deposit", args: [5] },
  ]);
  assertEquals([t.asked, t.spawned, t.watched, t.scheduled, t.ended], [[], [], [], [], []]);
});

Deno.test("turn tells what setup did apart", async () => {
  const t = await turn(manager, ARGS, "restarts");
  assertEquals([t.result, t.told], [0, []]);
  assertEquals(t.setup.told, [{ to: bank, handler: "deposit", args: [1] }]);
});

Deno.test("turn asks stand-ins, which answer by their map or say that they do not", async () => {
  const t = await turn(manager, ARGS, "ask", 5);
  assertEquals(
    t.result,
    'true Cannot answer "deposit": the stand-in "bank" has no answer for it: ' +
      'standIn("bank", { deposit: ... })',
  );
  assertEquals(t.asked, [
    { to: bank, handler: "lend", args: [5] },
    { to: bank, handler: "deposit", args: [5] },
  ]);
});

Deno.test("turn reads streams of stand-ins", async () => {
  const t = await turn(manager, ARGS, "read");
  assertEquals(t.result, [3, 4]);
  assertEquals(t.streamed, [{ to: bank, handler: "history", args: [3] }]);
  const without = await turn(manager, [branch, { branches: [] }], "read");
  assertThrows(() => without.result, TypeError, 'Cannot answer "history"');
});

Deno.test("turn gives stand-ins for what an actor spawns", async () => {
  const t = await turn(manager, ARGS, "hire", "ann");
  const [spawned] = t.spawned;
  assertEquals([spawned!.definition.setup, spawned!.args], [clerk.setup, ["ann"]]);
  assertEquals([spawned!.ref.name, t.result], ["ann", spawned!.ref]);
  assertEquals(t.told, [{ to: spawned!.ref, handler: "greet", args: ["you"] }]);
});

Deno.test("turn runs tasks", async () => {
  const t = await turn(manager, ARGS, "add", 1, 2, 3);
  assertEquals([t.result, t.ran], [6, [{ task: sum, args: [1, 2, 3] }]]);
});

Deno.test("turn notes whom an actor watches, stops and ends", async () => {
  const [ref, other] = [standIn<Bank>("ref"), standIn<Bank>("other")];
  const t = await turn(manager, [other, { branches: [] }], "fire", ref);
  assertEquals(t.ended, [{ to: ref, how: "stop" }, { to: other, how: "terminate" }]);
  assertEquals([await ref.exited, await other.exited], [{ kind: "shutdown" }, { kind: "killed" }]);
  const watch = await turn(manager, [other, { branches: [] }], "watch", ref);
  assertEquals([watch.watched, watch.result], [[ref], { kind: "shutdown" }]);
});

Deno.test("turn notes timers, which the test can run", async () => {
  const t = await turn(manager, ARGS, "plan");
  assertEquals(t.scheduled.map(({ kind, ms }) => [kind, ms]), [["after", 50], ["every", 200]]);
  await t.scheduled[1]!.run();
  assertEquals(t.told, [{ to: bank, handler: "deposit", args: [200] }]);
});

Deno.test("turn refuses timers as a context does, and forgets those that are disposed", async () => {
  const timer = actor(import.meta, (context) => ({
    dispose: () => context.after(5, () => {})[Symbol.dispose](),
    late: () => void context.after(-1, () => {}),
    none: () => void context.every(1, 5 as never),
    end: () => context.onStop(5 as never),
  }), { key: "timer" });
  const t = await turn(timer, [], "dispose");
  assertEquals(t.scheduled, []);
  assert((await t.next("late")).error instanceof RangeError);
  for (const handler of ["none", "end"] as const) {
    assert((await t.next(handler)).error instanceof TypeError);
  }
});

Deno.test("turn answers with what setup becomes, and refuses what are no handlers", async () => {
  const changing = actor(import.meta, (context) => {
    context.become({ say: () => "become" });
    return { say: () => "returned" };
  }, { key: "changing" });
  assertEquals((await turn(changing, [], "say")).result, "become");
  const empty = actor(import.meta, () => 5 as never as { say(): void }, { key: "empty" });
  await assertRejects(() => turn(empty, [], "say"), TypeError, "an object of handlers, received 5");
});

Deno.test("turn knows the actor's own reference", async () => {
  const t = await turn(manager, ARGS, "introduce");
  assertEquals(t.told, [{ to: bank, handler: "deposit", args: [t.self as never] }]);
});

Deno.test("turn gives a generator, whose values the test takes", async () => {
  const t = await turn(manager, ARGS, "count", 2);
  assertEquals(t.told, []);
  assertEquals([...t.result], [0, 1]);
  assertEquals(t.told.map(({ args }) => args), [[0], [1]]);
});

Deno.test("turn throws what the step threw when its result is looked at", async () => {
  const t = await turn(manager, ARGS, "fail");
  assertThrows(() => t.result, RangeError, "it was to fail");
  assert(t.error instanceof RangeError);
  assertEquals(t.told, [{ to: bank, handler: "close", args: [] }]);
});

Deno.test("turn refuses what cannot cross, as a message does", async () => {
  const bad = await turn(manager, ARGS, "bad");
  assertThrows(() => bad.result, TypeError, "result");
  const told = await turn(manager, ARGS, "tellBad");
  assertThrows(() => told.result, TypeError, "args[0] is a function");
  const given = { branches: [() => {}] } as never;
  await assertRejects(
    () => turn(manager, [bank, given], "earn", 1),
    TypeError,
    "args[1].branches[0]",
  );
});

Deno.test("turn copies arguments and messages", async () => {
  const list = [1];
  const keeper = actor(import.meta, (_context, own: number[], to: ActorRef<Bank>) => ({
    add(more: { n: number[] }) {
      own.push(...more.n);
      more.n.push(9);
      to.tell.history(own as never);
      own.push(10);
    },
  }), { key: "keeper" });
  const more = { n: [2] };
  const t = await turn(keeper, [list, bank], "add", more);
  assertEquals([list, more.n, t.told[0]!.args], [[1], [2], [[1, 2]]]);
});

Deno.test("turn notes what is sent by references in maps, sets, answers and streams", async () => {
  type Books = { map: Map<string, ActorRef<Bank>>; set: Set<{ ref: ActorRef<Bank> }> };
  interface Office {
    open(): { banks: ActorRef<Bank>[] };
    visit(): Generator<ActorRef<Bank>, void, unknown>;
  }
  const auditor = actor(import.meta, () => ({
    async audit({ map, set }: Books, office: ActorRef<Office>) {
      map.get("first")!.tell.deposit(1);
      for (const { ref } of set) ref.tell.deposit(2);
      const { banks } = await office.ask.open();
      for (const ref of banks) ref.tell.deposit(3);
      for await (const ref of office.stream.visit()) ref.tell.deposit(4);
      return { map, set };
    },
  }), { key: "auditor" });
  const office = standIn<Office>("office", {
    open: () => ({ banks: [branch] }),
    *visit() {
      yield branch;
    },
  });
  const books: Books = { map: new Map([["first", bank]]), set: new Set([{ ref: bank }]) };
  const t = await turn(auditor, [], "audit", books, office);
  assertEquals(t.result, books);
  assertEquals(t.told, [
    { to: bank, handler: "deposit", args: [1] },
    { to: bank, handler: "deposit", args: [2] },
    { to: branch, handler: "deposit", args: [3] },
    { to: branch, handler: "deposit", args: [4] },
  ]);
});

Deno.test("turn takes what is in a circle", async () => {
  interface Ring {
    ref: ActorRef<Bank>;
    next?: Ring;
  }
  const walker = actor(import.meta, () => ({
    walk: (ring: Ring) => ring.next!.next!.ref.tell.deposit(1),
  }), { key: "walker" });
  const ring: Ring = { ref: bank };
  ring.next = ring;
  const t = await turn(walker, [], "walk", ring);
  assertEquals([t.error, t.told], [undefined, [{ to: bank, handler: "deposit", args: [1] }]]);
});

Deno.test("turn goes on with the next step of the same life", async () => {
  const first = await turn(manager, ARGS, "earn", 5);
  const second = await first.next("earn", 6);
  assertEquals([first.result, second.result, second.told.length], [5, 11, 2]);
  assertEquals((await first.next("change")).became !== null, true);
  assertEquals((await second.next("restarts")).error?.constructor, TypeError);
});

Deno.test("turn notes that the actor stops, and runs what is for its end", async () => {
  {
    await using t = await turn(manager, ARGS, "leave");
    assertEquals([t.stopped, t.told], [true, []]);
  }
  const t = await turn(manager, ARGS, "restarts");
  assertEquals(t.stopped, false);
  await t[Symbol.asyncDispose]();
  assertEquals(t.told, [{ to: bank, handler: "close", args: [] }]);
});

Deno.test("turn sends for real to real references, and notes it", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using real = probe<Bank>(system, { lend: () => true, deposit: (sum) => sum });
  const t = await turn(manager, [real.ref, { branches: [real.ref] }], "ask", 5);
  assertEquals(t.result, "true 5");
  assertEquals(t.asked.map(({ to, handler }) => [to.id, handler]), [
    [real.ref.id, "lend"],
    [real.ref.id, "deposit"],
  ]);
  assertEquals(await real.next("deposit"), [1]);
  assertEquals(await real.next("lend"), [5]);
  const stops = await turn(manager, [bank, { branches: [] }], "fire", real.ref);
  assertEquals([stops.ended[0]!.to.id, await real.ref.exited], [
    real.ref.id,
    { kind: "shutdown" },
  ]);
});

Deno.test("turn runs without what belongs to its caller", async () => {
  const store = new AsyncLocalStorage<string>();
  const reader = actor(import.meta, () => ({ read: () => store.getStore() ?? "none" }), {
    key: "reader",
  });
  const t = await store.run("the test's", () => turn(reader, [], "read"));
  assertEquals(t.result, "none");
});

Deno.test("turn says what needs a system", async () => {
  const hint = "turn() runs without a system: use new ActorSystem({ workers: 0 })";
  for (const handler of ["find", "system", "supervise"] as const) {
    const t = await turn(manager, ARGS, handler);
    assertThrows(() => t.result, TypeError, hint);
  }
});

Deno.test("turn refuses wrong arguments", async () => {
  await assertRejects(() => turn({} as typeof manager, ARGS, "earn", 1), TypeError, "from actor()");
  const none = await turn(manager, ARGS, "none" as "restarts");
  assertThrows(() => none.result, TypeError, 'Cannot call "none": the actor has no such handler');
  const broken = actor(import.meta, () => Promise.reject(new RangeError("no")), { key: "broken" });
  await assertRejects(() => turn(broken as typeof manager, ARGS, "earn", 1), RangeError, "no");
});

Deno.test("A stand-in cannot leave its thread, and is called by its name", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(clerk.with({ on: "own" }), "ann");
  await assertRejects(() => ref.ask.greet(bank as never), TypeError, "args[0] is a stand-in");
  assertEquals(Deno.inspect({ to: bank }), '{ to: stand-in "bank" }');
  assertEquals([bank.name, bank.id === branch.id, typeof bank.id], ["bank", false, "string"]);
});

Deno.test("A stand-in that is stopped has ended, and answers without a turn", async () => {
  const ref = standIn<Bank>("alone", { deposit: (sum) => sum + 1 });
  assertEquals(ref.tell.close(), undefined);
  assertEquals(await ref.ask.deposit(3), 4);
  await ref.stop();
  await ref.terminate();
  assertEquals(await ref.exited, { kind: "shutdown" });
});

Deno.test("turn takes the types of the definition", async () => {
  const t = await turn(manager, ARGS, "earn", 5);
  const earned: number = t.result;
  const list: number[] = (await t.next("read")).result;
  const values: Generator<number> = (await t.next("count", 1)).result;
  assertEquals([earned, list, values.next().value], [5, [3, 4], 0]);
  const refused = [
    // @ts-expect-error -- no such handler
    () => turn(manager, ARGS, "nothing"),
    // @ts-expect-error -- a wrong argument
    () => turn(manager, ARGS, "earn", "5"),
    // @ts-expect-error -- one is missing
    () => turn(clerk, [], "greet", "you"),
    // @ts-expect-error -- no such answer
    () => standIn<Bank>("bank", { lend: () => "much" }),
  ];
  assertEquals(refused.length, 4);
});
