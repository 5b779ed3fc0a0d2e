import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ActorStoppedError, ActorSystem, HostLostError } from "../../mod.ts";
import { type ManagedList, type ManagedNamespace, Manager, sync } from "../../shared/mod.ts";
import { DEATHS } from "../fixtures/deaths.ts";
import { calculator, failing, gate, keeper, killer } from "../fixtures/managed_custom.ts";
import {
  callSync,
  callSyncWithin,
  changeInner,
  counter,
  incrementSync,
  pushThenLength,
  type Space,
  useList,
  useMap,
  useNamespace,
  useOwn,
  useSet,
  useValue,
} from "../fixtures/managed_sync.ts";
import { within } from "../testing.ts";

const SYSTEM = { workers: 1 };

/** Where a task runs: on a worker, or on the thread of the tests. */
const PLACES = [{ where: "a worker", on: "any" }, { where: "main", on: "here" }] as const;

type Place = typeof PLACES[number]["on"];

/** What is read and written like its original, by what it is like. */
const LIKE: Record<string, (system: ActorSystem, manager: Manager, on: Place) => Promise<void>> = {
  async "a list like an array"(system, manager, on) {
    const list = await manager.list([10, 20]);
    assertEquals(await within(20_000, "the task", system.run(useList.with({ on }), list)), {
      first: 11,
      beyond: undefined,
      last: 50,
      length: 5,
      popped: 50,
      includes: true,
      has: [true, false],
      all: [11, 200, 30, 40],
      slice: [200, 30],
    });
    assertEquals(await list.toArray(), [11, 200, 30, 40]);
  },
  async "a map like a Map"(system, manager, on) {
    const map = await manager.map([["old", 0], ["a", 1]]);
    assertEquals(await within(20_000, "the task", system.run(useMap.with({ on }), map)), {
      get: 2,
      missing: undefined,
      has: true,
      size: 3,
      deleted: true,
      keys: ["a", "b"],
      entries: [["a", 2], ["b", 2]],
    });
  },
  async "a set like a Set"(system, manager, on) {
    const set = await manager.set(["a"]);
    const used = await within(20_000, "the task", system.run(useSet.with({ on }), set));
    assertEquals(used, { added: [true, false], size: 2, has: true, all: ["a", "b"] });
  },
  async "a namespace like an object"(system, manager, on) {
    const space: ManagedNamespace<Space> = await manager.namespace<Space>({ x: 1, list: [] });
    assertEquals(await within(20_000, "the task", system.run(useNamespace.with({ on }), space)), {
      x: 2,
      list: [],
      keys: ["x", "list", "extra"],
      copy: { x: 2, list: [], extra: "new" },
      has: [true, false, true],
      own: 7,
      json: '{"x":2,"list":[]}',
    });
    assertEquals(await space.toObject(), { x: 2, list: [] });
  },
  async "a value"(system, manager, on) {
    const value = await manager.value(1);
    const used = await within(20_000, "the task", system.run(useValue.with({ on }), value));
    assertEquals(used, [2, 4]);
    assertEquals(await value.get(), 4);
  },
  async "an object of one's own"(system, manager, on) {
    const own = await manager.register(calculator)();
    const results = await within(20_000, "the task", system.run(useOwn.with({ on }), own));
    assertEquals(results, [7, 5, 10]);
  },
};

Deno.test.each(PLACES)("sync() reads and writes, on $where", async ({ on }, t) => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  for (const [what, use] of Object.entries(LIKE)) {
    await t.step(what, () => use(system, manager, on));
  }
});

Deno.test("sync() is usable in an actor, which keeps its view", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const space = await manager.namespace({ x: 0 });
  const ref = await system.spawn(counter, space);
  for (let n = 1; n <= 10; n++) assertEquals(await ref.ask.increment(), n);
  assertEquals(await space.get("x"), 10);
});

Deno.test("sync() comes after the calls of its thread that were not awaited", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const list = await manager.list<number>();
  assertEquals(await within(20_000, "the task", system.run(pushThenLength, list)), 100);
});

Deno.test("sync() works in three threads at the same time", async () => {
  await using system = new ActorSystem({ workers: 3 });
  await using manager = new Manager({ system });
  const space = await manager.namespace({ x: 0 });
  const list = await manager.list([0]);
  const runs = [1, 2, 3].map(() => system.run(incrementSync, space, list, 200));
  await within(15_000, "the tasks", Promise.all(runs));
  assertEquals(await list.at(0), 600);
});

const LARGE = [
  { what: "64 KiB of text", value: "x".repeat(64 * 1024) },
  { what: "300 KiB of text that is not ASCII", value: "é€".repeat(60_000) },
  { what: "64 KiB less a little", value: "x".repeat(21_000) },
  { what: "a typed array", value: new Float64Array(20_000).fill(0.5) },
  {
    what: "what JSON lacks",
    value: [undefined, NaN, 1n, new Date(0), new Map([[1, new Set([2])]])],
  },
];

Deno.test("sync() carries values there and back", async (t) => {
  await using manager = new Manager();
  for (const { what, value } of LARGE) {
    await t.step(what, async () => {
      const list = sync(await manager.list<unknown>());
      for (let round = 0; round < 3; round++) {
        list[0] = value;
        assertEquals(list[0], value);
      }
    });
  }
});

Deno.test("sync() gives handles, which it can use and store in turn", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const outer = await manager.list([await manager.list([1])]);
  assertEquals(await within(20_000, "the task", system.run(changeInner, outer)), [1, 2]);
});

Deno.test("sync() gives handles that are counted", async () => {
  await using manager = new Manager();
  using outer = await manager.list<ManagedList<number>>();
  for (let round = 0; round < 20; round++) {
    {
      using inner = await manager.list([round]);
      sync(outer).push(inner);
    }
    using popped = sync(outer).pop() as ManagedList<number>;
    assertEquals([...sync(popped)], [round]);
  }
  assertEquals(await manager.size(), 1);
});

Deno.test("sync() throws what the call throws, with name and cause", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const own = await manager.register(failing)();
  const { error } = await system.run(callSync, own, "fail");
  assertInstanceOf(error, RangeError);
  assertInstanceOf(error.cause, TypeError);
  assertStringIncludes(error.stack!, "managed_custom.ts");
  const uncloneable = await system.run(callSync, own, "uncloneable");
  assertInstanceOf(uncloneable.error, TypeError);
  assertEquals((await system.run(callSync, own, "calls")).result, 1);
});

Deno.test("sync() refuses what cannot be sent, and the next call works", async () => {
  await using manager = new Manager();
  const list = sync(await manager.list<unknown>());
  assertThrows(() => list.push(() => {}), TypeError);
  assertEquals(list.push(1), 1);
});

Deno.test("sync() refuses a value by the path of the caller's own argument", async () => {
  await using manager = new Manager();
  const list = sync(await manager.list<unknown>([1, 2]));
  const map = sync(await manager.map<string, unknown>());
  const space = sync(await manager.namespace<{ x: unknown }>({ x: 1 }));
  const value = sync(await manager.value<unknown>(1));
  const calls: [call: () => unknown, path: string][] = [
    [() => list.push(() => {}), "args[0] is a function"],
    [() => list.push(1, { f() {} }), "args[1].f is a function"],
    [() => list[0] = [() => {}], "args[1][0] is a function"],
    [() => map.set("key", () => {}), "args[1] is a function"],
    [() => space.x = () => {}, "args[1] is a function"],
    [() => value.value = () => {}, "args[0] is a function"],
    [() => list.update(0, () => () => {}), "result is a function"],
    [() => map.update("key", () => ({ f() {} })), "result.f is a function"],
    [() => value.update(() => Symbol()), "result is a symbol"],
  ];
  for (const [call, path] of calls) {
    assertThrows(call, TypeError, `Cannot send message: ${path}`);
  }
  assertEquals(list.toArray(), [1, 2]);
});

const REFUSED = ["constructor", "__proto__", "_x", "contents", "end", "hasOwnProperty"];

Deno.test("sync() has no method of a name that is refused", async () => {
  await using manager = new Manager();
  type Methods = Record<string, () => unknown>;
  const map = sync(await manager.map()) as unknown as Methods;
  const own = sync(await manager.register(calculator)()) as unknown as Methods;
  for (const name of REFUSED) {
    for (const view of [map, own]) assertThrows(() => view[name]!(), TypeError, undefined, name);
  }
});

Deno.test("sync() gives a list that is an array for JSON, and has nothing but items", async () => {
  await using manager = new Manager();
  const list = sync(await manager.list([1, [2]]));
  assertEquals(JSON.stringify({ list }), '{"list":[1,[2]]}');
  assertEquals([list[-1], (list as unknown as { missing: unknown }).missing], [
    undefined,
    undefined,
  ]);
  assertThrows(() => delete list[0], TypeError);
  assertThrows(() => Object.assign(list, { x: 1 }), TypeError, 'Cannot set "x"');
});

Deno.test("sync() refuses a queue, a lock, a barrier", async () => {
  await using manager = new Manager();
  for (const kind of ["queue", "lock", "barrier"] as const) {
    const handle = await (kind === "barrier" ? manager.barrier(2) : manager[kind]());
    assertThrows(() => sync(handle as never), TypeError, `a managed ${kind} waits by itself`);
  }
});

Deno.test("sync() refuses what is no handle", () => {
  for (const wrong of [null, undefined, [1], {}]) {
    assertThrows(() => sync(wrong as never), TypeError, "Cannot use sync");
  }
});

Deno.test("sync() is refused on the manager's own thread, which lives on", async () => {
  await using manager = new Manager();
  const own = await manager.register(keeper)();
  const list = await manager.list();
  await own.keep(list);
  await assertRejects(() => own.pushSync(1), Error, "the manager's own thread");
  assertEquals(await own.push(1), 1);
});

Deno.test("sync() is refused once the handle is disposed", async () => {
  await using manager = new Manager();
  const list = await manager.list([1]);
  const view = sync(list);
  list[Symbol.dispose]();
  assertThrows(() => view[0], TypeError, "the handle was disposed");
});

Deno.test("sync() is refused once the manager was stopped", async () => {
  const manager = new Manager();
  const list = await manager.list([1]);
  const view = sync(list);
  assertEquals(view[0], 1);
  await manager.stop();
  assertThrows(() => view[0], ActorStoppedError);
});

Deno.test.each(PLACES)(
  "sync() on $where ends with an error when the manager's thread ends",
  async ({ on }, t) => {
    await using system = new ActorSystem(SYSTEM);
    for (const death of DEATHS) {
      await t.step(death, async () => {
        await using manager = new Manager({ system });
        const own = await manager.register(killer)();
        const run = system.run(callSync.with({ on }), own, "die", death);
        const { error, ms } = await within(10_000, "the blocked task", run);
        assertInstanceOf(error, HostLostError);
        assert(ms < 4_500, `took ${ms} ms`);
      });
    }
  },
);

Deno.test("sync() ends with an error when the manager is stopped", async () => {
  await using system = new ActorSystem(SYSTEM);
  const manager = new Manager({ system });
  const own = await manager.register(gate)();
  const run = system.run(callSync, own, "wait");
  const stopped = manager.size().then(() => manager.stop());
  const { error } = await within(9_000, "the blocked task", run);
  assertInstanceOf(error, Error);
  await stopped;
});

Deno.test("sync() of a handle with no time to wait calls nothing", async () => {
  await using manager = new Manager();
  const list = await manager.list([1]);
  const error = assertThrows(() => sync(list.with({ timeoutMs: 0 })).push(2), DOMException);
  assertEquals(error.name, "TimeoutError");
  assertEquals(await list.toArray(), [1]);
});

Deno.test("sync() of a handle with a time limit throws a TimeoutError, and the next call works", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const own = await manager.register(gate)();
  const { first } = await system.run(callSyncWithin, own, 20, "wait");
  assertInstanceOf(first.error, DOMException);
  assertEquals(first.error.name, "TimeoutError");
  await own.open();
  const { result } = await system.run(callSync, own, "wait");
  assertEquals(result, "opened");
});
