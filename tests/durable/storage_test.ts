import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, keyed } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime } from "../simulation/simulated.ts";
import { hindered } from "./fixtures/hindered.ts";
import { Scratch } from "./scratch.ts";

const shelf = keyed(
  import.meta,
  { kind: "shelf", state: () => 0, reads: ["get", "list"] },
  (context) => ({
    set(entries: Record<string, unknown>) {
      for (const [name, value] of Object.entries(entries)) context.storage.set(name, value);
    },
    delete: (name: string) => context.storage.delete(name),
    get: (name: string) => context.storage.get(name),
    list: (options?: { prefix?: string; after?: string; limit?: number }) =>
      context.storage.list(options),
    names: async (options?: { prefix?: string; after?: string; limit?: number }) =>
      (await context.storage.list(options)).map(([name]) => name),
    async within() {
      context.storage.set("a", 1);
      context.storage.delete("b");
      return [
        await context.storage.get("a"),
        await context.storage.get("b"),
        await context.storage.list(),
      ];
    },
    async withinAndThrow() {
      context.storage.set("a", 9);
      context.storage.delete("b");
      await context.storage.get("a");
      throw new Error("no");
    },
    async forgetWithin() {
      context.storage.set("before", 1);
      context.forget();
      context.storage.set("after", 1);
      return [await context.storage.get("before"), await context.storage.list()];
    },
    async copies() {
      const value = { list: [1] };
      context.storage.set("copy", value);
      value.list.push(2);
      const first = await context.storage.get("copy") as typeof value;
      first.list.push(3);
      return context.storage.get("copy");
    },
  }),
);

function start(file = ":memory:", commitMs = 0): ActorSystem {
  return new ActorSystem({
    workers: 0,
    store: hindered(sqlite(file), { commitMs }),
    kinds: [shelf],
  });
}

inVirtualTime(
  "Entries are there over turns and restarts, in the order of their names",
  async () => {
    using folder = new Scratch();
    const { file } = folder;
    const value = {
      when: new Date(5),
      map: new Map([[1n, new Set(["x"])]]),
      bytes: new Uint8Array(3),
    };
    {
      await using system = start(file);
      const ref = system.at(shelf, "a");
      await ref.ask.set({ b: 2, a: value, "c/1": undefined, "c/2": null });
      await ref.ask.delete("b");
      await ref.ask.delete("not there");
      assertEquals(await ref.ask.get("a"), value);
    }
    await using system = start(file);
    const ref = system.at(shelf, "a");
    assertEquals(await ref.ask.list(), [["a", value], ["c/1", undefined], ["c/2", null]]);
    assertEquals(await ref.ask.get("b"), undefined);
    assertEquals(await system.at(shelf, "b").ask.list(), []);
  },
);

inVirtualTime("A turn sees what it has written, before it is committed", async () => {
  await using system = start();
  const ref = system.at(shelf, "a");
  await ref.ask.set({ b: 2, c: 3 });
  assertEquals(await ref.ask.within(), [1, undefined, [["a", 1], ["c", 3]]]);
});

inVirtualTime("A turn that throws has written nothing", async () => {
  await using system = start();
  const ref = system.at(shelf, "a");
  await ref.ask.set({ a: 1, b: 2 });
  await assertRejects(() => ref.ask.withinAndThrow(), Error, "no");
  assertEquals(await ref.ask.list(), [["a", 1], ["b", 2]]);
});

inVirtualTime("The next turn sees what is not committed yet", async () => {
  await using system = start(":memory:", 100);
  const ref = system.at(shelf, "a");
  await ref.ask.set({ a: 1, b: 1 });
  const all = [
    ref.ask.set({ a: 2 }),
    ref.ask.delete("b"),
    ref.ask.get("a"),
    ref.ask.get("b"),
    ref.ask.list(),
  ];
  assertEquals((await Promise.all(all)).slice(2), [2, undefined, [["a", 2]]]);
});

inVirtualTime("forget() deletes entries, of its own turn those before it", async () => {
  await using system = start(":memory:", 100);
  const ref = system.at(shelf, "a");
  await ref.ask.set({ a: 1, b: 1 });
  const forgetting = ref.ask.forgetWithin();
  // The turn is over by then, and not committed yet.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(await ref.ask.list(), [["after", 1]]);
  assertEquals(await forgetting, [undefined, [["after", 1]]]);
  assertEquals(await ref.ask.list(), [["after", 1]]);
});

inVirtualTime("Entries are listed by prefix, from a name on, so many", async () => {
  await using system = start(":memory:", 100);
  const ref = system.at(shelf, "a");
  await ref.ask.set({ "x/1": 1, "x/2": 2, "x/3": 3, "y/1": 4, w: 5 });
  // Some of it is not committed yet.
  const writing = [ref.ask.set({ "x/25": 1, "x/0": 0 }), ref.ask.delete("x/2")];
  const x = { prefix: "x/" };
  assertEquals(await ref.ask.names(x), ["x/0", "x/1", "x/25", "x/3"]);
  await Promise.all(writing);
  assertEquals(await ref.ask.names(x), ["x/0", "x/1", "x/25", "x/3"]);
  assertEquals(await ref.ask.names({ ...x, limit: 2 }), ["x/0", "x/1"]);
  assertEquals(await ref.ask.names({ ...x, after: "x/1", limit: 2 }), ["x/25", "x/3"]);
  assertEquals(await ref.ask.names({ after: "x/3" }), ["y/1"]);
  assertEquals(await ref.ask.names({ prefix: "z" }), []);
});

inVirtualTime("What is stored is a copy, and so is what is read", async () => {
  await using system = start();
  assertEquals(await system.at(shelf, "a").ask.copies(), { list: [1] });
});

inVirtualTime("What cannot be stored is refused by path, and undoes the turn", async () => {
  await using system = start();
  const ref = system.at(shelf, "a");
  const memory = { deep: [{ memory: new ArrayBuffer(1) }] };
  await ref.ask.set({ fine: memory });
  for (const name of ["", "a\u0000", "x".repeat(513)]) {
    await assertRejects(
      () => ref.ask.set({ other: 1, [name]: 1 }),
      TypeError,
      "name must be a text",
    );
    await assertRejects(() => ref.ask.get(name), TypeError, "name must be a text");
    await assertRejects(() => ref.ask.delete(name), TypeError, "name must be a text");
  }
  await assertRejects(() => ref.ask.list({ limit: 0 }), RangeError, "limit");
  assertEquals(await ref.ask.names(), ["fine"]);
});
