import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  actor,
  type ActorRef,
  ActorSystem,
  DefinitionError,
  Pool,
  Supervisor,
  task,
} from "../../actors/mod.ts";
import { Queue } from "../../channels/mod.ts";
import {
  afterIt,
  keyed,
  keyedOnlyOnMain,
  keyedTask,
  makeActor,
  makeTask,
  onlyOnMain,
} from "../fixtures/conditional.ts";
import { counter, doubler, square, starter, whichThread } from "../fixtures/definitions.ts";
import { first, second } from "../fixtures/different.ts";
import { unreachable, unreachableActor } from "../fixtures/endless_import.ts";
import {
  account,
  bare,
  hotel,
  nothing,
  printable,
  thenable,
  thenHandler,
} from "../fixtures/handlers.ts";
import { events, PLACES } from "../fixtures/life_probe.ts";
import { divide } from "../fixtures/places.ts";
import { cube, greeter } from "../fixtures/received.ts";
import { threadName } from "../fixtures/thread.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { scratchFolder, within } from "../testing.ts";

Deno.test("actor() is found again by a worker", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(counter, 40);
  assertEquals(await ref.ask.increment(2), 42);
  assertEquals(await ref.ask.thread() === threadName(), false);
});

simulated("actor() finds each definition of a module by its place in it", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const second = await system.spawn(doubler);
  const first = await system.spawn(counter, 1);
  assertEquals([await second.ask.double(4), await first.ask.increment()], [8, 2]);
});

Deno.test("task() is found again by a worker", async () => {
  await using system = new ActorSystem({ workers: 1 });
  assertEquals(await system.run(square, 9), 81);
  assertEquals(await system.run(whichThread) === threadName(), false);
});

Deno.test("task() gives a function that can be called as before, also with options", () => {
  assertEquals(square(5), 25);
  assertEquals(square.with({ name: "square" })(6), 36);
  assertEquals([1, 2, 3].map((n) => square(n)), [1, 4, 9]);
});

programTest("actor() without an export works in a program of a single file", async () => {
  await using folder = await scratchFolder();
  const { code, stdout, stderr } = await runSource(
    folder.path,
    `
    const counter = actor(import.meta, (_context, start: number) => {
      let count = start;
      return { increment: () => ++count };
    });
    const square = task(import.meta, (n: number) => n * n);
    if (import.meta.main) {
      await using system = new ActorSystem({ workers: 2 });
      const ref = await system.spawn(counter, 6);
      console.log(await ref.ask.increment(), await system.run(square, 8));
    }`,
  );
  assertEquals([code, stdout, stderr], [0, "7 64\n", ""]);
});

Deno.test("ActorSystem.spawn() rejects a definition that only the main thread made", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const error = await assertRejects(() => system.spawn(onlyOnMain!), DefinitionError);
  assertStringIncludes(error.message, "conditional.ts");
  assertMatch(error.message, /top level/);
  assertMatch(error.message, /key/);
});

Deno.test("ActorSystem.spawn() rejects what stands after a conditional definition", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await assertRejects(() => system.spawn(afterIt), DefinitionError, "conditional.ts");
});

Deno.test("ActorSystem.spawn() never takes the other one of two swapped definitions", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await assertRejects(() => system.spawn(first), DefinitionError, "different.ts");
  await assertRejects(() => system.spawn(second), DefinitionError, "different.ts");
});

Deno.test("ActorSystem.spawn() rejects a definition made inside a function", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await assertRejects(() => system.spawn(makeActor("one")), DefinitionError, "top level");
  await assertRejects(() => system.spawn(makeActor("two")), DefinitionError, "top level");
});

Deno.test("ActorSystem.run() rejects a task made inside a function", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await assertRejects(() => system.run(makeTask("one")), DefinitionError, "top level");
});

simulated("ActorSystem.spawn() starts a conditional definition on the main thread", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const refs = [
    await system.spawn(onlyOnMain!),
    await system.spawn(makeActor("one")),
    await system.spawn(makeActor("two")),
  ];
  assertEquals(await Promise.all(refs.map((ref) => ref.ask.who())), ["only on main", "one", "two"]);
});

simulated("actor() with a key is found also after a conditional definition", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(keyed);
  assertEquals(await ref.ask.who(), "keyed");
  assertEquals(await system.run(keyedTask), "keyed task");
});

Deno.test("actor() with a key that only the main thread made is refused by that key", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await assertRejects(() => system.spawn(keyedOnlyOnMain!), DefinitionError, '"main"');
});

Deno.test("ActorSystem.spawn() goes on with others after a refused definition", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const before = await system.spawn(counter, 1);
  await assertRejects(() => system.spawn(onlyOnMain!), DefinitionError);
  assertEquals(await before.ask.increment(), 2);
  const after = await system.spawn(counter, 2);
  assertEquals(await after.ask.increment(), 3);
});

Deno.test("ActorDefinition crosses: a worker starts what it is sent on another one", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(starter);
  const child = await ref.ask.spawnGreeter(greeter, "hello");
  assertEquals(await child.ask.greet("bob"), "hello bob");
  assertEquals(await child.ask.thread() === await ref.ask.thread(), false);
});

simulated(
  "ActorDefinition crosses: a worker starts what it is sent in its own thread",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(starter);
    const child = await ref.ask.spawnGreeter(greeter, "hello");
    assertEquals(await child.ask.greet("bob"), "hello bob");
    assertEquals(await child.ask.thread(), await ref.ask.thread());
  },
);

simulated('ActorDefinition crosses: a worker starts what it is sent with on: "here"', async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(starter);
  const here = greeter.with({ on: "here" });
  const child = await ref.ask.spawnGreeter(here, "hello");
  assertEquals(await child.ask.thread(), await ref.ask.thread());
});

simulated("ActorDefinition crosses with its options", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(starter);
  const child = await ref.ask.spawnCounter(counter.with({ name: "hits" }), 7);
  assertEquals(child.name, "hits");
  const found = await system.find<typeof counter>("hits");
  assertEquals(await found?.ask.increment(), 8);
});

simulated("ActorDefinition crosses on the same thread", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(starter);
  const child = await ref.ask.spawnCounter(counter, 1);
  assertEquals(await child.ask.increment(), 2);
});

simulated("TaskDefinition crosses: a worker runs what it is sent on another one", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const ref = await system.spawn(starter);
  assertEquals(await ref.ask.run(cube, 3), 27);
});

simulated("TaskDefinition crosses: a worker runs what it is sent in its own thread", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(starter);
  assertEquals(await ref.ask.run(cube.with({ on: "here" }), 3), 27);
});

simulated("TaskDefinition crosses and can be called where its module is loaded", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(starter);
  assertEquals(await ref.ask.call(square, 4), 16);
});

simulated("ActorDefinition with near is refused in a message, by path", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(starter);
  await assertRejects(
    () => ref.ask.spawnCounter(counter.with({ near: ref }), 1),
    TypeError,
    "args[0] is a definition with the option near",
  );
});

simulated.each(PLACES)("actor() answers with the methods of a class instance on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const ref = await system.spawn(account, 100);
  assertEquals(await ref.ask.deposit(100), 200);
  assertEquals(await ref.ask.addInterest(10), 220);
  assertEquals(await ref.ask.toString(), "an account with 220");
});

simulated("actor() calls handlers with their object as this", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(hotel);
  assertEquals(await ref.ask.checkIn(3), 3);
  assertEquals(await ref.ask.occupancy(), 3);
});

simulated("actor() takes no property for a handler that is not a function", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const { ask } = await system.spawn(hotel) as ActorRef<unknown> as ActorRef<AnyHandlers>;
  await assertRejects(() => ask.guests!(), TypeError, '"guests"');
});

type AnyHandlers = Record<string, (...args: unknown[]) => unknown>;

const INHERITED = [
  "constructor",
  "__proto__",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "__defineGetter__",
].map((name) => [name] as const);

simulated.each(INHERITED)("ActorRef.ask: %s is no handler of an object", async (name) => {
  await using system = new ActorSystem({ workers: 0 });
  const { ask } = await system.spawn(counter) as ActorRef<unknown> as ActorRef<AnyHandlers>;
  const call = ask[name]!;
  await assertRejects(() => Promise.resolve(call()), TypeError, `"${name}"`);
});

const LOOKS: { what: string; look: (facade: object) => unknown; sees: unknown }[] = [
  { what: "String()", look: String, sees: '[VERB of actor "seen"]' },
  { what: "a template", look: (facade) => `${facade}`, sees: '[VERB of actor "seen"]' },
  { what: "a sum of texts", look: (facade) => facade + "", sees: '[VERB of actor "seen"]' },
  { what: "a list's text", look: (facade) => [facade].join(), sees: '[VERB of actor "seen"]' },
  { what: "Number()", look: Number, sees: NaN },
  { what: "a comparison", look: (facade) => facade as unknown as string < "", sees: false },
  { what: "JSON.stringify()", look: (facade) => JSON.stringify({ facade }), sees: '{"facade":{}}' },
  { what: "await", look: (facade) => facade, sees: "itself" },
  { what: "Deno.inspect()", look: (facade) => typeof Deno.inspect(facade), sees: "string" },
  { what: "a copy of its keys", look: (facade) => ({ ...facade }), sees: {} },
];

simulated.each(LOOKS)(
  "ActorRef: $what of ask, tell and stream sends nothing",
  async ({ look, sees }) => {
    await using system = new ActorSystem({ workers: 0 });
    const ref = await system.spawn(counter.with({ name: "seen" }), 1);
    for (const verb of ["ask", "tell", "stream"] as const) {
      const facade = ref[verb];
      const expected = typeof sees === "string" ? sees.replace("VERB", verb) : sees;
      const seen = await look(facade);
      assertEquals(seen === facade ? "itself" : seen, expected);
    }
    assertThrows(() => [ref.ask].toLocaleString(), TypeError);
    await ref.stop({ drain: true });
    assertEquals(system.deadLetters, 0);
  },
);

simulated("ActorRef.ask: constructor is no handler of a class instance", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const { ask } = await system.spawn(account, 5) as ActorRef<unknown> as ActorRef<AnyHandlers>;
  await assertRejects(() => Promise.resolve(ask.constructor!(9)), TypeError, '"constructor"');
  assertEquals(await ask.deposit!(1), 6);
});

simulated("ActorRef.tell: an inherited name is a dead letter", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const letters = events(system, "deadletter");
  const ref = await system.spawn(counter, 1) as ActorRef<unknown> as ActorRef<AnyHandlers>;
  ref.tell.hasOwnProperty!("count");
  assertEquals(await ref.ask.increment!(), 2);
  assertEquals(letters.map(({ handler }) => handler), ["hasOwnProperty"]);
});

simulated("actor() may answer with an object without a prototype", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const { ask } = await system.spawn(bare) as ActorRef<unknown> as ActorRef<AnyHandlers>;
  assertEquals(await ask.ping!(), "pong");
  await assertRejects(() => Promise.resolve(ask.toString()), TypeError, '"toString"');
});

simulated("actor() may have a toString of its own", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(printable);
  assertEquals(await ref.ask.toString(), "my own text");
});

simulated.each([["undefined"], ["null"], ["number"], ["string"], ["function"]])(
  "ActorSystem.spawn() rejects a setup that returns %s",
  async (what) => {
    await using system = new ActorSystem({ workers: 1 });
    const error = await assertRejects(() => system.spawn(nothing, what), TypeError);
    assertStringIncludes(error.message, "setup must return an object of handlers");
    assertStringIncludes(error.message, what);
  },
);

simulated.each(PLACES)("ActorSystem.spawn() rejects a handler named then on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers, startTimeoutMs: 1_000 });
  await assertRejects(() => system.spawn(thenable), TypeError, '"then"');
  await assertRejects(() => system.spawn(thenHandler), TypeError, '"then"');
});

simulated("ActorRef.ask in an await is not taken for a promise", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(counter, 1);
  const ask = await within(1_000, "ref.ask itself", Promise.resolve(ref.ask));
  assertEquals(await ask.increment(), 2);
});

const BAD_NUMBERS = [
  { option: "concurrency", value: 0 },
  { option: "concurrency", value: 1.5 },
  { option: "concurrency", value: NaN },
  { option: "startTimeoutMs", value: -1 },
  { option: "startTimeoutMs", value: NaN },
  { option: "shutdownMs", value: -1 },
  { option: "shutdownMs", value: NaN },
];

Deno.test.each(BAD_NUMBERS)("ActorDefinition.with() refuses $option: $value", (
  { option, value },
) => {
  const error = assertThrows(() => counter.with({ [option]: value }), RangeError);
  assertMatch(error.message, new RegExp(`^Cannot .*${option} must be .*, received ${value}$`));
});

const BAD_WORDS = ["on", "worker", "restart", "onError"].map((option) => [option] as const);

Deno.test.each(BAD_WORDS)("ActorDefinition.with() refuses an unknown word for %s", (option) => {
  const error = assertThrows(() => counter.with({ [option]: "sometimes" }), TypeError);
  assertMatch(error.message, new RegExp(`^Cannot .*${option} must be .*"sometimes"$`));
});

const NO_NAMES = [
  { value: 5, shown: "5" },
  { value: true, shown: "true" },
  { value: null, shown: "null" },
  { value: { name: "hits" }, shown: "an object" },
  { value: ["hits"], shown: "a list" },
  { value: () => "hits", shown: "a function" },
  { value: Symbol("hits"), shown: "Symbol(hits)" },
  { value: "", shown: '""' },
];

Deno.test.each(NO_NAMES)(
  "ActorDefinition.with() and TaskDefinition.with() refuse the name $shown",
  (
    { value, shown },
  ) => {
    const name = value as string;
    for (const configure of [() => counter.with({ name }), () => square.with({ name })]) {
      const error = assertThrows(configure, TypeError);
      assertMatch(error.message, /^Cannot configure \w+: name must be a text that is not empty, /);
      assertStringIncludes(error.message, `received ${shown}`);
    }
  },
);

simulated(
  "ActorSystem.find() refuses what is no name, and finds nobody by an empty one",
  async () => {
    await using system = new ActorSystem({ workers: 0 });
    for (const value of [5, null, undefined, {}]) {
      await assertRejects(() => system.find(value as never), TypeError, "name must be a text");
    }
    assertEquals(await system.find(""), undefined);
  },
);

const NO_SIGNALS = [{ value: null }, { value: {} }, { value: new AbortController() }, { value: 5 }];

simulated.each(NO_SIGNALS)(
  "A limit that is no AbortSignal is refused: $value",
  async ({ value }) => {
    await using system = new ActorSystem({ workers: 0 });
    await using pool = new Pool({ system, workers: 0 });
    const ref = await system.spawn(counter, 1);
    const signal = value as AbortSignal;
    assertThrows(() => square.with({ signal }), TypeError, "signal must be an AbortSignal");
    assertThrows(() => ref.with({ signal }), TypeError, "signal must be an AbortSignal");
    const mapped = () => pool.map(square, [1], { signal });
    await assertRejects(mapped, TypeError, "signal must be an AbortSignal");
    using queue = new Queue<number>();
    const received = () => queue.receive({ signal });
    await assertRejects(received, TypeError, "signal must be an AbortSignal");
  },
);

const NO_OPTIONS = [{ value: null }, { value: 5 }, { value: "hits" }];

simulated.each(NO_OPTIONS)("Options that are no object are refused: $value", async ({ value }) => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(counter, 1);
  for (
    const refused of [
      () => counter.with(value as never),
      () => square.with(value as never),
      () => ref.with(value as never),
    ]
  ) {
    assertThrows(refused, TypeError, "options must be an object, received");
  }
});

Deno.test("actor() and task() without import.meta, or without a function, say what is missing", () => {
  const setup = () => ({});
  const cases: [define: () => unknown, says: string][] = [
    [
      () => actor(setup as never, undefined as never),
      "define actor: the first argument must be import.meta, received a function",
    ],
    [
      () => task(setup as never, undefined as never),
      "define task: the first argument must be import.meta, received a function",
    ],
    [() => actor(undefined as never, setup), "must be import.meta, received undefined"],
    [() => actor({} as never, setup), "must be import.meta, received an object"],
    [() => actor(import.meta, undefined as never), "define actor: setup must be a function"],
    [() => task(import.meta, 5 as never), "define task: fn must be a function, received 5"],
    [
      () => task(import.meta, setup, { key: "" }),
      "define task: key must be a text that is not empty",
    ],
    [() => task(import.meta, setup, { key: 5 as never }), "key must be a text that is not empty"],
    [() => task(import.meta, setup, null as never), "define task: options must be an object"],
  ];
  for (const [define, says] of cases) {
    const error = assertThrows(define, TypeError);
    assertStringIncludes(error.message, says);
  }
});

Deno.test("ActorDefinition.with() refuses a mailbox without room, and an unknown overflow", () => {
  assertThrows(() => counter.with({ mailbox: { capacity: 0 } }), RangeError, "capacity");
  assertThrows(() => counter.with({ mailbox: { capacity: NaN } }), RangeError, "capacity");
  const mailbox = { capacity: 1, overflow: "explode" as "reject" };
  assertThrows(() => counter.with({ mailbox }), TypeError, "overflow");
});

Deno.test("ActorDefinition.with() adds to the options there are, and changes no definition", () => {
  const named = counter.with({ name: "hits" });
  const both = named.with({ restart: "temporary" });
  assertEquals(both.options, { name: "hits", restart: "temporary" });
  assertEquals([counter.options, named.options], [{}, { name: "hits" }]);
});

simulated("ActorDefinition.with() takes undefined for not given", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const options = { name: undefined, mailbox: undefined, concurrency: undefined, on: undefined };
  const ref = await system.spawn(counter.with(options), 1);
  assertEquals(await ref.ask.increment(), 2);
});

Deno.test("TaskDefinition.with() refuses a bad timeoutMs and an unknown place", () => {
  assertThrows(() => square.with({ timeoutMs: -1 }), RangeError, "timeoutMs");
  assertThrows(() => square.with({ timeoutMs: NaN }), RangeError, "timeoutMs");
  assertThrows(() => square.with({ on: "there" as "here" }), TypeError, '"there"');
});

simulated("ActorSystem.spawn() and run() refuse what is no definition", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const plain = (n: number) => n;
  await assertRejects(() => system.spawn(plain as never), TypeError, "actor()");
  await assertRejects(() => system.spawn(square as never), TypeError, "actor()");
  await assertRejects(() => system.run(plain as never), TypeError, "task()");
  await assertRejects(() => system.run(counter as never), TypeError, "task()");
});

/** Programs that lack the guard, by how they come to make the system. */
const UNGUARDED = [
  { how: "at once", before: "" },
  { how: "after an await", before: "await new Promise((resolve) => setTimeout(resolve, 20));" },
  {
    how: "in a function, after an await",
    before: "const make = ActorSystem; await (async () => { await 0; new make(); })();",
  },
];

programTest.each(UNGUARDED)("ActorSystem: a program without the guard ends, $how", async ({
  before,
}) => {
  await using folder = await scratchFolder();
  const { code, stderr } = await runSource(
    folder.path,
    `
    const greeter = actor(import.meta, () => ({ greet: () => "hello" }));
    ${before}
    const system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(greeter);
    console.log(await ref.ask.greet());
    await system.shutdown();`,
  );
  assertStringIncludes(stderr, "DefinitionError");
  assertStringIncludes(stderr, "if (import.meta.main)");
  assertStringIncludes(stderr, "main.ts");
  assertEquals(code, 1);
});

programTest("ActorSystem: a missing guard is told also when another module makes it", async () => {
  await using folder = await scratchFolder();
  await Deno.writeTextFile(
    `${folder.path}/make.ts`,
    `import { ActorSystem } from "../../mod.ts";
    export async function make() {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return new ActorSystem({ workers: 1, startTimeoutMs: 3_000 });
    }`,
  );
  const { code, stderr } = await runSource(
    folder.path,
    `
    import { make } from "./make.ts";
    const greeter = actor(import.meta, () => ({ greet: () => "hello" }));
    await using system = await make();
    const ref = await system.spawn(greeter);
    console.log(await ref.ask.greet());`,
  );
  assertStringIncludes(stderr, "if (import.meta.main)");
  assertEquals(code, 1);
});

/** Runs a program of one file in the folder. */
async function runSource(folder: string, source: string) {
  const path = `${folder}/main.ts`;
  const imports = `import { actor, ActorSystem, task } from "../../mod.ts";\n`;
  await Deno.writeTextFile(path, imports + source);
  return await runProgram(path, { timeoutMs: 10_000 });
}

Deno.test(
  "A module whose top-level await never ends fails spawn() and run() in time, and takes no worker",
  async () => {
    await using system = new ActorSystem({ workers: 1, startTimeoutMs: 3_000 });
    await using supervisor = new Supervisor({ system });
    await using pool = new Pool({ system, workers: 1 });
    // So that all threads are there.
    assertEquals(await Promise.all([system.run(divide, 2), pool.run(divide, 4)]), [0.5, 0.25]);
    const starts = [
      system.run(unreachable),
      supervisor.run(unreachable.with({ name: "unreachable" })),
      pool.run(unreachable),
      system.spawn(unreachableActor),
    ];
    const late = starts.map((start) => assertRejects(() => start, DOMException, "within 3000 ms"));
    await within(20_000, "the end of all waits", Promise.all(late));
    assertEquals(await within(10_000, "the pool's worker", pool.run(divide, 4)), 0.25);
    assertEquals(await within(10_000, "the shared worker", system.run(divide, 2)), 0.5);
  },
);
