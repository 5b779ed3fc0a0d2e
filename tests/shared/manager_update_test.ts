import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type ManagedList, type ManagedSortOptions, Manager, sync } from "../../shared/mod.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

interface Updated {
  update(fn: (value: number) => number | Promise<number>): Promise<number>;
  change(): Promise<unknown>;
  set(limits: { timeoutMs?: number; signal?: AbortSignal }): Updated;
}

const OBJECTS: { what: string; make: (manager: Manager) => Promise<Updated> }[] = [
  {
    what: "a list",
    async make(manager) {
      const wrap = (list: ManagedList<number>): Updated => ({
        update: (fn) => list.update(0, fn),
        change: () => list.set(0, 1),
        set: (limits) => wrap(list.with(limits)),
      });
      return wrap(await manager.list([0]));
    },
  },
  {
    what: "a map",
    async make(manager) {
      const map = await manager.map<string, number>([["a", 0]]);
      const wrap = (own: typeof map): Updated => ({
        update: (fn) => own.update("a", (value) => fn(value!)),
        change: () => own.set("a", 1),
        set: (limits) => wrap(own.with(limits)),
      });
      return wrap(map);
    },
  },
  {
    what: "a namespace",
    async make(manager) {
      const space = await manager.namespace({ a: 0 });
      const wrap = (own: typeof space): Updated => ({
        update: (fn) => own.update("a", fn),
        change: () => own.set("a", 1),
        set: (limits) => wrap(own.with(limits)),
      });
      return wrap(space);
    },
  },
  {
    what: "a value",
    async make(manager) {
      const value = await manager.value(0);
      const wrap = (own: typeof value): Updated => ({
        update: (fn) => own.update(fn),
        change: () => own.set(1),
        set: (limits) => wrap(own.with(limits)),
      });
      return wrap(value);
    },
  },
];

Deno.test.each(OBJECTS)("update() of $what ends with its time while the entry changes", async ({
  make,
}) => {
  await using manager = new Manager();
  const object = await make(manager);
  let calls = 0;
  const update = object.set({ timeoutMs: 200 }).update(async (value) => {
    calls++;
    await object.change();
    return value + 1;
  });
  const late = within(10_000, "the end of the update", update);
  const error = await assertRejects(() => late, DOMException, "Cannot update entry");
  assertEquals([error.name, calls > 1], ["TimeoutError", true]);
});

simulated.each(OBJECTS)("update() of $what ends with its time while its function waits", async ({
  make,
}) => {
  await using manager = new Manager();
  const object = await make(manager);
  const { promise, resolve } = Promise.withResolvers<number>();
  const update = object.set({ timeoutMs: 100 }).update(() => promise);
  await assertRejects(() => within(10_000, "the end of the update", update), DOMException);
  resolve(5);
  assertEquals(await object.update((value) => value + 1), 1);
});

simulated.each(OBJECTS)("update() of $what ends with its signal", async ({ make }) => {
  await using manager = new Manager();
  const object = await make(manager);
  const controller = new AbortController();
  const update = object.set({ signal: controller.signal }).update(async (value) => {
    await object.change();
    controller.abort(new RangeError("enough"));
    return value;
  });
  await assertRejects(() => within(10_000, "the end", update), RangeError, "enough");
});

const CHANGES: { change: string; run: (list: ManagedList<string>) => Promise<unknown> }[] = [
  { change: "push", run: (list) => list.push("new") },
  { change: "unshift", run: (list) => list.unshift("new") },
  { change: "shift", run: (list) => list.shift() },
  { change: "set of another", run: (list) => list.set(0, "new") },
  { change: "splice", run: (list) => list.splice(0, 1, "x", "y") },
  { change: "reverse", run: (list) => list.reverse() },
  { change: "sort", run: (list) => list.sort({ descending: true }) },
];

simulated.each(CHANGES.flatMap((each) => [{ ...each, index: 1 }, { ...each, index: -2 }]))(
  "ManagedList.update($index) finds its item after a $change, and is called once",
  async ({ run, index }) => {
    await using manager = new Manager();
    const list = await manager.list(["a", "b", "c"]);
    let calls = 0;
    await list.update(index, async (item) => {
      calls++;
      await run(list);
      return `${item}!`;
    });
    const all = await list.toArray();
    assertEquals([calls, all.filter((item) => item === "b!").length, all.includes("b")], [
      1,
      1,
      false,
    ]);
  },
);

simulated("ManagedList.update() begins again when its item was removed meanwhile", async () => {
  await using manager = new Manager();
  const list = await manager.list(["a", "b"]);
  const seen: string[] = [];
  await list.update(0, async (item) => {
    seen.push(item);
    if (item === "a") await list.shift();
    return item.toUpperCase();
  });
  assertEquals([seen, await list.toArray()], [["a", "b"], ["B"]]);
});

Deno.test("update() of a view ends with its time while the entry changes", async () => {
  await using manager = new Manager();
  const handle = await manager.list([0]);
  const list = sync(handle.with({ timeoutMs: 200 }));
  const other = sync(handle);
  const change = () =>
    list.update(0, (item) => {
      other[0] = item + 1;
      return item;
    });
  assertThrows(change, DOMException, "Cannot update entry");
});

const ORDERS: { what: string; items: unknown[]; options?: object; sorted: unknown[] }[] = [
  { what: "numbers by size", items: [10, 9, -1, 2.5], sorted: [-1, 2.5, 9, 10] },
  { what: "texts", items: ["b", "B", "a", "é"], sorted: ["B", "a", "b", "é"] },
  { what: "bigints among numbers", items: [2n, 10, 1n], sorted: [1n, 2n, 10] },
  {
    what: "mixed items, what is missing last",
    items: [undefined, "1", NaN, 3, null],
    sorted: [3, "1", null, undefined, NaN],
  },
  {
    what: "in descending order, what is missing last",
    items: [1, undefined, 3, 2],
    options: { descending: true },
    sorted: [3, 2, 1, undefined],
  },
  {
    what: "by a key, equal ones as they were",
    items: [{ a: 2, n: 1 }, { a: 1, n: 2 }, { a: 2, n: 3 }, { n: 4 }],
    options: { by: "a" },
    sorted: [{ a: 1, n: 2 }, { a: 2, n: 1 }, { a: 2, n: 3 }, { n: 4 }],
  },
  {
    what: "by an index",
    items: [["x", 2], ["y", 1]],
    options: { by: 1 },
    sorted: [["y", 1], ["x", 2]],
  },
  {
    what: "dates",
    items: [new Date(5), new Date(1)],
    sorted: [new Date(1), new Date(5)],
  },
];

Deno.test.each(ORDERS)("ManagedList.sort() sorts $what, in a view too", async ({
  items,
  options,
  sorted,
}) => {
  await using manager = new Manager();
  const list = await manager.list(items);
  await list.sort(options);
  assertEquals(await list.toArray(), sorted);
  const view = sync(await manager.list(items));
  view.sort(options);
  assertEquals([...view], sorted);
});

simulated("ManagedList.sort() refuses what it cannot sort by, and moves nothing", async () => {
  await using manager = new Manager();
  const list = await manager.list<unknown>([{ a: 2 }, new Map(), { a: 1 }]);
  const by = (key: unknown) => list.sort({ by: key } as ManagedSortOptions);
  await assertRejects(() => by("a"), TypeError, "item 1 is no plain object");
  await assertRejects(() => by({}), TypeError, "by must be the name of a property");
  await assertRejects(() => list.sort(5 as never), TypeError, "options must be an object");
  assertEquals(await list.at(0), { a: 2 });
});
