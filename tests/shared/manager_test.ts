import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ActorStoppedError, ActorSystem, Pool } from "../../mod.ts";
import { ManagedList, type ManagedNamespace, Manager, sync } from "../../shared/mod.ts";
import { call } from "../../shared/managed/managed_object.ts";
import { account, calculator, failing } from "../fixtures/managed_custom.ts";
import { client } from "../fixtures/managed_client.ts";
import {
  addLocked,
  addRacily,
  changeDeep,
  changeSlots,
  giveBack,
  push,
  type Slots,
  type Space,
  updateOften,
} from "../fixtures/managed_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

const SYSTEM = { workers: 2 };

/** The objects of the nested table, filled. */
async function slots(manager: Manager) {
  const space = await manager.namespace<Space>({ x: 1, y: [1], z: [1] });
  const inners = [await manager.list([1]), await manager.list([1])] as const;
  const list = await manager.list<Slots[number]>([1, [1], [1], inners[0]]);
  const map = await manager.map<number, Slots[number]>([
    [0, 1],
    [1, [1]],
    [2, [1]],
    [3, inners[1]],
  ]);
  const contents = async () => {
    const items = await list.toArray();
    const values = await map.values();
    return {
      space: await space.toObject(),
      list: [...items.slice(0, 3), await (items[3] as ManagedList<number>).toArray()],
      map: [...values.slice(0, 3), await (values[3] as ManagedList<number>).toArray()],
    };
  };
  return { space, list, map, contents };
}

const BEFORE = {
  space: { x: 1, y: [1], z: [1] },
  list: [1, [1], [1], [1]],
  map: [1, [1], [1], [1]],
};
const AFTER = {
  space: { x: 2, y: [1], z: [2] },
  list: [2, [1], [2], [2]],
  map: [2, [1], [2], [2]],
};

simulated("Manager propagates only what goes through a handle, in all eleven slots", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const { space, list, map, contents } = await slots(manager);
  assertEquals(await contents(), BEFORE);
  await system.run(changeSlots, space, list, map);
  assertEquals(await contents(), AFTER);
});

simulated(
  "Manager propagates only what goes through a handle, from tasks of a pool too",
  async () => {
    await using system = new ActorSystem(SYSTEM);
    await using pool = new Pool({ system, workers: 2 });
    await using manager = new Manager({ system });
    const { space, list, map, contents } = await slots(manager);
    await pool.run(changeSlots, space, list, map);
    assertEquals(await contents(), AFTER);
  },
);

simulated(
  "Manager propagates changes two levels deep, from tasks and tasks of a pool",
  async () => {
    await using system = new ActorSystem(SYSTEM);
    await using pool = new Pool({ system, workers: 2 });
    await using manager = new Manager({ system });
    const inner = await manager.list([1]);
    const outer = await manager.list([await manager.map([["inner", inner]])]);
    await system.run(changeDeep, outer);
    assertEquals(await inner.toArray(), [2]);
    await pool.run(changeDeep, outer);
    assertEquals(await (await (await outer.at(0))!.get("inner"))!.toArray(), [3]);
  },
);

simulated("Manager.list() gives a list with the verbs of arrays", async () => {
  await using manager = new Manager();
  const list = await manager.list([1, 2]);
  assertEquals(await list.push(3, 4), 4);
  assertEquals(await list.unshift(0), 5);
  assertEquals([await list.pop(), await list.shift()], [4, 0]);
  assertEquals(await list.splice(1, 1, 7, 8), [2]);
  assertEquals(await list.slice(1, 3), [7, 8]);
  assertEquals([await list.indexOf(8), await list.includes(9)], [2, false]);
  await list.reverse();
  await list.set(-1, 5);
  assertEquals(await list.toArray(), [3, 8, 7, 5]);
  assertEquals([await list.at(-1), await list.at(9), await list.length()], [5, undefined, 4]);
  assertEquals(await Array.fromAsync(list), [3, 8, 7, 5]);
  await list.clear();
  assertEquals(await list.length(), 0);
});

simulated(
  "ManagedList.splice() without a count removes all from there on, like an array",
  async () => {
    await using manager = new Manager();
    const list = await manager.list([1, 2, 3]);
    assertEquals(await list.splice(1), [2, 3]);
    assertEquals(await list.toArray(), [1]);
  },
);

simulated.each([2, -3, 0.5, NaN])("ManagedList.set() refuses index %f", async (index) => {
  await using manager = new Manager();
  const list = await manager.list([1, 2]);
  const error = await assertRejects(() => list.set(index, 9), RangeError);
  assertStringIncludes(error.message, `index ${index} is not in a list of length 2`);
});

simulated("Manager.map() gives a map with the verbs of Map, keys of any type", async () => {
  await using manager = new Manager();
  const map = await manager.map<unknown, unknown>([["a", 1]]);
  await map.set(0.25, null);
  assertEquals(await map.getOrInsert("a", 9), 1);
  assertEquals(await map.getOrInsert("b", 2), 2);
  assertEquals([await map.get(0.25), await map.has("c"), await map.size()], [null, false, 3]);
  assertEquals([await map.delete("a"), await map.delete("a")], [true, false]);
  assertEquals(await map.keys(), [0.25, "b"]);
  assertEquals(await map.values(), [null, 2]);
  assertEquals(await map.toMap(), new Map<unknown, unknown>([[0.25, null], ["b", 2]]));
  assertEquals(await Array.fromAsync(map), await map.entries());
  await map.clear();
  assertEquals(await map.size(), 0);
});

simulated("Manager.set() gives a set with the verbs of Set", async () => {
  await using manager = new Manager();
  const set = await manager.set(["a"]);
  assertEquals([await set.add("b"), await set.add("b")], [true, false]);
  assertEquals([await set.has("a"), await set.size()], [true, 2]);
  assertEquals(await set.delete("a"), true);
  assertEquals([await set.values(), await Array.fromAsync(set)], [["b"], ["b"]]);
  await set.clear();
  assertEquals(await set.size(), 0);
});

Deno.test(
  "ManagedMap.toMap() and ManagedSet.toSet() give copies, in a blocking view too",
  async () => {
    await using manager = new Manager();
    const map = await manager.map([["a", 1], ["b", 2]]);
    const set = await manager.set([3, 1]);
    const [copies, blocking] = [await map.toMap(), sync(map).toMap()];
    assertEquals([copies, blocking], [new Map([["a", 1], ["b", 2]]), copies]);
    const [values, blockingValues] = [await set.toSet(), sync(set).toSet()];
    assertEquals([[...values], blockingValues], [[3, 1], values]);
    values.add(4);
    assertEquals(await set.size(), 2);
  },
);

simulated("ManagedNamespace keeps names with an underscore in its own thread", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const space = await manager.namespace<Record<string, unknown>>({ x: 10, y: "hello" });
  await space.set("_z", 12.3);
  assertEquals(await space.with({ timeoutMs: 1_000 }).get("_z"), 12.3);
  const there = await system.run(giveBack, space) as ManagedNamespace<Record<string, unknown>>;
  assertEquals(await there.get("_z"), undefined);
  assertEquals(await space.toObject(), { x: 10, y: "hello" });
});

simulated(
  "ManagedNamespace.has() tells a name that was set to undefined from one that was not",
  async () => {
    await using manager = new Manager();
    const space = await manager.namespace<Record<string, unknown>>({ x: undefined });
    await space.set("_own", 1);
    const has = () =>
      Promise.all(["x", "y", "_own", "_other", "toString"].map((k) => space.has(k)));
    assertEquals(await has(), [true, false, true, false, false]);
    await space.delete("x");
    await space.delete("_own");
    assertEquals(await has(), [false, false, false, false, false]);
  },
);

simulated("ManagedNamespace has no names but those that were set", async () => {
  await using manager = new Manager();
  const space = await manager.namespace<Record<string, unknown>>();
  for (const name of ["constructor", "toString", "hasOwnProperty", "then"]) {
    assertEquals(await space.get(name), undefined);
  }
  await space.set("then", 1);
  assertEquals(await space.toObject(), { then: 1 });
});

simulated(
  "Managed: JSON.stringify() and texts of an object of one's own call nothing",
  async () => {
    await using system = new ActorSystem({ workers: 0 });
    await using manager = new Manager({ system });
    const handle = await manager.register(calculator)();
    assertEquals(JSON.stringify({ handle }), '{"handle":{}}');
    assertEquals([`${handle}`, [handle].join()], ["[object Object]", "[object Object]"]);
  },
);

simulated("Manager.namespace() refuses names with an underscore", async () => {
  await using manager = new Manager();
  const error = await assertRejects(() => manager.namespace({ _x: 1 }), TypeError);
  assertStringIncludes(error.message, '"_x"');
});

simulated("Manager.value() keeps one value of any kind", async () => {
  await using manager = new Manager();
  const value = await manager.value<unknown>(new Map([["a", new Date(0)]]));
  assertEquals(await value.get(), new Map([["a", new Date(0)]]));
  await value.set(undefined);
  assertEquals(await value.get(), undefined);
});

simulated(
  "Manager.register() gives a factory of objects, each with a state of its own",
  async () => {
    await using manager = new Manager();
    const create = manager.register(calculator);
    const [one, other] = [await create(), await create(100)];
    assertEquals([await one.add(4, 3), await one.mul(7, 8)], [7, 56]);
    assertEquals([await one.collect(1), await one.collect(1)], [1, 2]);
    assertEquals(await other.collect(1), 101);
  },
);

const REFUSED = ["constructor", "__proto__", "then", "_x", "contents", "end", "hasOwnProperty", ""];

simulated.each(REFUSED)("A managed list has no method %o", async (name) => {
  await using manager = new Manager();
  const list = await manager.list([1]);
  const error = await assertRejects(() => call(list, name), TypeError);
  assertEquals(error.message, `Cannot call "${name}": a managed list has no such method`);
  assertEquals(await list.toArray(), [1]);
});

simulated.each([...REFUSED, "_secret", "balance"])(
  "An object of one's own has no method %o that it does not mean to have",
  async (name) => {
    await using manager = new Manager();
    const own = await manager.register(account)();
    await assertRejects(() => call(own, name), TypeError);
    assertEquals(await own.deposit(1), 11);
  },
);

simulated(
  "A failure in an object of one's own arrives with name, cause and both stacks",
  async () => {
    await using manager = new Manager();
    const own = await manager.register(failing)();
    const error = await (async function whoAsks() {
      return await assertRejects(() => own.fail(), RangeError, "out of luck");
    })();
    assertEquals(error.name, "RangeError");
    assertInstanceOf(error.cause, TypeError);
    assertEquals(error.cause.message, "the reason");
    assertStringIncludes(error.stack!, "managed_custom.ts");
    assertStringIncludes(error.stack!, "manager_test.ts");
  },
);

simulated(
  "A failure in an object of one's own leaves its state, and the manager, as they were",
  async () => {
    await using manager = new Manager();
    const list = await manager.list([1]);
    const own = await manager.register(failing)();
    await assertRejects(() => own.fail(), RangeError);
    await assertRejects(() => own.fail(), RangeError);
    assertEquals(await own.calls(), 2);
    assertEquals(await list.push(2), 2);
  },
);

simulated("A result that cannot be sent is an error, and the manager lives on", async () => {
  await using manager = new Manager();
  const own = await manager.register(failing)();
  const error = await assertRejects(() => own.uncloneable(), TypeError);
  assertStringIncludes(error.message, "result.fn");
  assertEquals(await own.calls(), 0);
});

simulated("An argument that cannot be sent is refused, and changes nothing", async () => {
  await using manager = new Manager();
  const list = await manager.list<unknown>();
  const error = await assertRejects(() => list.push({ fn: () => {} }), TypeError);
  assertStringIncludes(error.message, "fn");
  assertEquals(await list.length(), 0);
});

simulated("update() loses nothing among writers on several threads", async () => {
  await using system = new ActorSystem({ workers: 3 });
  await using manager = new Manager({ system });
  const list = await manager.list([0]);
  const map = await manager.map<string, number>();
  const value = await manager.value(0);
  const space = await manager.namespace({ x: 0 });
  const runs = [1, 2, 3].map(() => system.run(updateOften, list, map, value, space, 50));
  await within(15_000, "the writers", Promise.all(runs));
  const counts = [await list.at(0), await map.get("key"), await value.get(), await space.get("x")];
  assertEquals(counts, [150, 150, 150, 150]);
});

simulated("A read followed by a write loses an update of another thread", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const value = await manager.value(0);
  const barrier = await manager.barrier(2);
  const runs = [1, 2].map(() => system.run(addRacily, value, barrier));
  await within(20_000, "the writers", Promise.all(runs));
  assertEquals(await value.get(), 1);
});

simulated("ManagedLock makes a read followed by a write exact", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const value = await manager.value(0);
  const lock = await manager.lock();
  const runs = [1, 2].map(() => system.run(addLocked, value, lock, 50));
  await within(10_000, "the writers", Promise.all(runs));
  assertEquals(await value.get(), 100);
});

simulated("ManagedList.update() begins again when the list was changed meanwhile", async () => {
  await using manager = new Manager();
  const list = await manager.list([1]);
  const seen: number[] = [];
  const updated = await list.update(0, async (item) => {
    seen.push(item);
    if (seen.length === 1) await list.set(0, 10);
    return item + 1;
  });
  assertEquals([updated, seen, await list.toArray()], [11, [1, 10], [11]]);
});

simulated("update() whose function fails changes nothing", async () => {
  await using manager = new Manager();
  const value = await manager.value(1);
  const fail = () => {
    throw new RangeError("no");
  };
  await assertRejects(() => value.update(fail), RangeError, "no");
  assertEquals(await value.get(), 1);
});

simulated("A thousand calls in flight keep their order", async () => {
  await using manager = new Manager();
  const list = await manager.list<number>();
  const pushes = Array.from({ length: 1_000 }, (_, n) => list.push(n));
  assertEquals(await Promise.all(pushes), Array.from({ length: 1_000 }, (_, n) => n + 1));
  assertEquals(await list.toArray(), Array.from({ length: 1_000 }, (_, n) => n));
});

simulated(
  "Handles go from worker to worker to main, and are the same object everywhere",
  async () => {
    await using system = new ActorSystem(SYSTEM);
    await using manager = new Manager({ system });
    const list = await manager.list<string>();
    const [one, other] = [await system.spawn(client), await system.spawn(client)];
    await one.ask.keep(list);
    const fromOne = await one.ask.kept() as ManagedList<string>;
    await other.ask.keep(fromOne);
    const fromOther = await other.ask.kept() as ManagedList<string>;
    await fromOther.push("by way of two");
    await other.ask.use(list, "push", "by the other");
    assertNotStrictEquals(fromOther, list);
    assertInstanceOf(fromOther, ManagedList);
    assertEquals(await list.toArray(), ["by way of two", "by the other"]);
  },
);

simulated("ManagedList.indexOf() finds the object of a handle, whichever handle", async () => {
  await using manager = new Manager();
  const inner = await manager.list();
  const list = await manager.list<unknown>(["first", inner]);
  const again = await list.at(1);
  assertEquals([await list.indexOf(inner), await list.includes(again)], [1, true]);
});

simulated("A list changed by several workers holds what each has added", async () => {
  await using system = new ActorSystem(SYSTEM);
  await using manager = new Manager({ system });
  const list = await manager.list<number>();
  await Promise.all([0, 1, 2, 3, 4].map((id) => system.run(push, list, id)));
  assertEquals((await list.toArray()).sort(), [0, 1, 2, 3, 4]);
});

Deno.test.each(["web", "thread"] as const)("Manager works on a %s worker", async (worker) => {
  await using manager = new Manager({ worker });
  const list = await manager.list([1]);
  assertEquals(await list.push(2), 2);
});

Deno.test("Manager refuses options that do not exist", () => {
  assertThrows(() => new Manager({ worker: "fiber" as "web" }), TypeError, '"fiber"');
  assertThrows(() => new Manager({ system: {} as ActorSystem }), TypeError, "an ActorSystem");
});

simulated.each([0, -1, 1.5, NaN])("Manager.queue() refuses capacity %f", async (capacity) => {
  await using manager = new Manager();
  await assertRejects(() => manager.queue({ capacity }), RangeError, "capacity");
});

simulated.each([0, 1.5])("Manager.barrier() refuses %f parties", async (parties) => {
  await using manager = new Manager();
  await assertRejects(() => manager.barrier(parties), RangeError, "parties");
});

Deno.test("A handle cannot be made without a manager", () => {
  assertThrows(() => new ManagedList(), TypeError, "Cannot create ManagedList");
});

simulated("A handle that was disposed refuses calls and cannot be sent", async () => {
  await using manager = new Manager();
  const [list, other, lock] = [await manager.list(), await manager.list(), await manager.lock()];
  (await lock.acquire()).release();
  for (const handle of [list, lock, list]) handle[Symbol.dispose]();
  await assertRejects(() => list.length(), TypeError, "the handle was disposed");
  await assertRejects(() => list.with({ timeoutMs: 10 }).length(), TypeError, "disposed");
  await assertRejects(() => lock.acquire(), TypeError, "the handle was disposed");
  await assertRejects(() => other.push(list), TypeError, "disposed here");
});

simulated("Handles of a manager that was stopped refuse calls", async () => {
  const manager = new Manager();
  const list = await manager.list();
  const lock = await manager.lock();
  (await lock.acquire()).release();
  await manager.stop();
  await manager.stop();
  const ended = "the manager has ended";
  const error = await assertRejects(() => list.push(1), ActorStoppedError, ended);
  assertEquals(error.what, "manager");
  await assertRejects(() => lock.acquire(), ActorStoppedError, ended);
  await assertRejects(() => lock.tryAcquire(), ActorStoppedError, ended);
  await assertRejects(() => manager.list(), ActorStoppedError, ended);
  list[Symbol.dispose]();
});

simulated("Manager.stop() is harmless when its system was shut down before", async () => {
  const system = new ActorSystem(SYSTEM);
  const manager = new Manager({ system });
  const list = await manager.list();
  await system.shutdown();
  await within(10_000, "the stop", manager.stop());
  await assertRejects(() => list.push(1));
});

Deno.test("Manager.register() refuses what is no definition", () => {
  const manager = new Manager();
  assertThrows(() => manager.register(null as never), TypeError, "must come from actor()");
  return manager.stop();
});

simulated("A manager made by an actor serves other threads", async () => {
  await using system = new ActorSystem(SYSTEM);
  const maker = await system.spawn(client);
  const list = await within(20_000, "the list", maker.ask.make()) as ManagedList<string>;
  await list.push("from main");
  assertEquals(await list.toArray(), ["made there", "from main"]);
});

simulated(
  "Manager.size() is 0 before the first object, and its worker has not started",
  async () => {
    await using system = new ActorSystem({ workers: 0 });
    await using manager = new Manager({ system });
    assertEquals(await manager.size(), 0);
  },
);

simulated("ManagedObject.with() limits calls by a signal and a time", async () => {
  await using manager = new Manager();
  const list = await manager.list();
  const signal = AbortSignal.abort(new RangeError("given up"));
  await assertRejects(() => list.with({ signal }).push(1), RangeError, "given up");
  const error = await assertRejects(() => list.with({ timeoutMs: 0 }).push(1), DOMException);
  assertEquals(error.name, "TimeoutError");
  assertThrows(() => list.with({ timeoutMs: -1 }), RangeError);
  assert(await list.push(1) === 1);
});

simulated("A managed object refuses a value by the path of the caller's own argument", async () => {
  await using manager = new Manager();
  const list = await manager.list<unknown>([1, 2]);
  const map = await manager.map<string, unknown>();
  const value = await manager.value<unknown>(0);
  const create = manager.register(calculator);
  const calls: [call: () => Promise<unknown>, path: string][] = [
    [() => list.push(() => {}), "args[0] is a function"],
    [() => list.push(1, { f() {} }), "args[1].f is a function"],
    [() => list.set(0, () => {}), "args[1] is a function"],
    [() => map.set("key", () => {}), "args[1] is a function"],
    [() => value.set(() => {}), "args[0] is a function"],
    [() => manager.list([1, () => {}]), "args[0][1] is a function"],
    [() => manager.value(() => {}), "args[0] is a function"],
    [() => manager.namespace({ x: 1, f() {} }), "args[0].f is a function"],
    [() => list.update(0, () => () => {}), "result is a function"],
    [() => map.update("key", () => ({ f() {} })), "result.f is a function"],
    [() => value.update(() => Symbol()), "result is a symbol"],
    [() => (create as (...args: unknown[]) => Promise<unknown>)(1, () => {}), "args[1] is a"],
  ];
  for (const [call, path] of calls) {
    await assertRejects(call, TypeError, `Cannot send message: ${path}`);
  }
  assertEquals(await list.toArray(), [1, 2]);
});
