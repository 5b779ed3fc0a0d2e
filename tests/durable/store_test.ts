/**
 * What is true of every store.
 *
 * @module
 */
import { assertEquals, assertGreater, assertInstanceOf, assertRejects } from "@std/assert";
import type { Store, StoredTurn } from "../../actors/vocabulary/store.ts";
import { StoreError } from "../../actors/mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { memoryStore } from "../../testing/mod.ts";
import { scratchFolder } from "../testing.ts";
import { alarm, startStore, turn } from "./store_kit.ts";

/** The same with each store there is. */
function storeTest(name: string, body: (make: () => Store) => Promise<void>): void {
  Deno.test(`${name}, in a file`, async () => {
    await using folder = await scratchFolder();
    await body(() => sqlite(`${folder.path}/shop.db`));
  });
  Deno.test(`${name}, in a file in memory`, () => body(() => sqlite(":memory:")));
  Deno.test(`${name}, in memory`, () => body(() => memoryStore()));
}

const post = { kind: "order", key: "1", handler: "place", args: "[1]" };
storeTest("load() knows nothing of an actor before its first commit", async (make) => {
  await using store = await startStore(make());
  const { epoch, ...rest } = await store.ask.load("cart", "a");
  assertEquals(rest, { version: 0, turn: null, state: null, stateVersion: 0, alarms: [] });
  assertGreater(epoch, 0);
});

storeTest("Each load has a higher epoch", async (make) => {
  await using store = await startStore(make());
  const epochs = [];
  for (const key of ["a", "b", "a"]) epochs.push((await store.ask.load("cart", key)).epoch);
  assertEquals(epochs, epochs.toSorted((a, b) => a - b));
  assertEquals(new Set(epochs).size, 3);
});

storeTest("commit() keeps state, entries, alarms, posts and an answer", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const once = { id: "pay-1", print: "p", result: "5", expires: 2 ** 50 };
  const ring = alarm("ring", 100, {
    args: new Uint8Array([1]),
    repeat: "every 60000",
    attempts: 2,
    failure: "Error: no",
  });
  const given = turn({
    epoch,
    version: 0,
    state: '{"items":[]}',
    stateVersion: 3,
    entries: [["x", "1"], ["y", new Uint8Array([0, 255])], ["z", new Uint8Array()]],
    alarms: [["ring", ring]],
    posts: [post],
    once,
  });
  assertEquals(await ask.commit([given]), ["done"]);
  const { epoch: _, ...loaded } = await ask.load("cart", "a");
  assertEquals(loaded, {
    version: 1,
    turn: given.id,
    state: '{"items":[]}',
    stateVersion: 3,
    alarms: [ring],
  });
  assertEquals(await ask.entry("cart", "a", "x"), "1");
  assertEquals(await ask.entry("cart", "a", "y"), new Uint8Array([0, 255]));
  assertEquals(await ask.entry("cart", "a", "z"), new Uint8Array());
  assertEquals(await ask.entry("cart", "b", "x"), null);
  assertEquals(await ask.once("cart", "a", "pay-1", 999), once);
  assertEquals(await ask.alarms(10), [{ kind: "cart", key: "a", ...ring }]);
  const { posts } = await ask.due(0, 10);
  assertEquals(posts.map(({ number: _, ...rest }) => rest), [
    { ...post, sender: "cart/a", attempts: 0 },
  ]);
});

storeTest("A state that is left out is unchanged, null is as it begins", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  await ask.commit([turn({ epoch, version: 0, state: "1", stateVersion: 2 })]);
  await ask.commit([turn({ epoch, version: 1, stateVersion: 3 })]);
  let { version, state, stateVersion } = await ask.load("cart", "a");
  assertEquals({ version, state, stateVersion }, { version: 2, state: "1", stateVersion: 2 });
  await ask.commit([turn({ epoch, version: 2, state: null, stateVersion: 3 })]);
  ({ version, state, stateVersion } = await ask.load("cart", "a"));
  assertEquals({ version, state, stateVersion }, { version: 3, state: null, stateVersion: 0 });
});

storeTest("null deletes an entry and an alarm", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const entries = [["x", "1"], ["y", "2"]] as const;
  const alarms = [["p", alarm("p", 1)], ["q", alarm("q", 2)]] as const;
  await ask.commit([turn({ epoch, version: 0, entries, alarms })]);
  await ask.commit([
    turn({ epoch, version: 1, entries: [["x", null], ["n", null]], alarms: [["p", null]] }),
  ]);
  assertEquals(await ask.entry("cart", "a", "x"), null);
  assertEquals(await ask.entry("cart", "a", "y"), "2");
  assertEquals((await ask.load("cart", "a")).alarms.map(({ name }) => name), ["q"]);
});

storeTest("A commit of a version that is not the last one is a conflict", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const one = await ask.load("cart", "a");
  const other = await ask.load("cart", "a");
  assertEquals(await ask.commit([turn({ epoch: one.epoch, version: 0, state: "1" })]), ["done"]);
  for (const version of [0, 2]) {
    const { epoch } = await ask.load("cart", "a");
    const late = turn({ epoch, version, state: "2", entries: [["x", "1"]], posts: [post] });
    assertEquals(await ask.commit([late]), ["conflict"]);
  }
  assertEquals(await ask.commit([turn({ epoch: other.epoch, version: 0 })]), ["conflict"]);
  assertEquals((await ask.load("cart", "a")).state, "1");
  assertEquals(await ask.entry("cart", "a", "x"), null);
  assertEquals((await ask.due(0, 10)).posts, []);
});

storeTest("Who has loaded before somebody that has committed is fenced", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const old = await ask.load("cart", "a");
  const young = await ask.load("cart", "a");
  const first = turn({ epoch: old.epoch, version: 0, state: "1" });
  const second = turn({ epoch: young.epoch, version: 1, state: "2" });
  assertEquals(await ask.commit([first, second]), ["done", "done"]);
  const late = turn({ epoch: old.epoch, version: 2, state: "3" });
  assertEquals(await ask.commit([late]), ["fenced"]);
  assertEquals(await ask.commit([turn({ epoch: old.epoch, version: 0 })]), ["fenced"]);
  assertEquals((await ask.load("cart", "a")).state, "2");
});

storeTest("What builds on a refused turn is refused, also later", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const low = await ask.load("cart", "a");
  const { epoch } = await ask.load("cart", "a");
  await ask.commit([turn({ epoch: low.epoch, version: 0, state: "1" })]);
  const chain = [0, 1].map((version) => turn({ epoch, version, state: "2" }));
  // The second one has seen version 1, which is another one than that of the first.
  assertEquals(await ask.commit(chain), ["conflict", "conflict"]);
  assertEquals(await ask.commit([turn({ epoch, version: 1, state: "3" })]), ["conflict"]);
  const fresh = await ask.load("cart", "a");
  assertEquals(fresh.state, "1");
  assertEquals(await ask.commit([turn({ epoch: fresh.epoch, version: 1 })]), ["done"]);
});

storeTest("A post is taken out with the turn that handles it, once", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  await ask.commit([turn({ epoch, version: 0, posts: [post, { ...post, args: "[2]" }] })]);
  const { posts } = await ask.due(0, 10);
  assertEquals(posts.map(({ args }) => args), ["[1]", "[2]"]);
  const handle = async (): Promise<StoredTurn> => {
    const { epoch, version } = await ask.load("order", "1");
    const delivers = posts[0]!.number;
    return turn({ epoch, version, kind: "order", key: "1", state: "placed", delivers });
  };
  assertEquals(await ask.commit([await handle()]), ["done"]);
  assertEquals((await ask.due(0, 10)).posts.map(({ args }) => args), ["[2]"]);
  assertEquals(await ask.commit([await handle()]), ["delivered"]);
  assertEquals((await ask.load("order", "1")).version, 1);
});

storeTest("Forgetting keeps the version, answers and posts, and nothing else", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const once = { id: "i", print: "p", result: "1", expires: Number.MAX_SAFE_INTEGER };
  const full = turn({
    epoch,
    version: 0,
    state: "1",
    entries: [["x", "1"]],
    alarms: [["p", alarm("p", 1)]],
    posts: [post],
    once,
  });
  const forget = turn({ epoch, version: 1, forgets: true, entries: [["new", "1"]] });
  assertEquals(await ask.commit([full, forget]), ["done", "done"]);
  const { epoch: _, ...rest } = await ask.load("cart", "a");
  assertEquals(rest, { version: 2, turn: forget.id, state: null, stateVersion: 0, alarms: [] });
  assertEquals(await ask.entry("cart", "a", "x"), null);
  assertEquals(await ask.entry("cart", "a", "new"), "1");
  assertEquals(await ask.once("cart", "a", "i", 0), once);
  assertEquals((await ask.due(1, 9)).posts.length, 1);
  assertEquals(await ask.commit([turn({ epoch, version: 0, state: "old" })]), ["conflict"]);
});

storeTest("An answer is not given any more from the time on at which it expires", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const once = { id: "i", print: "p", result: "1", expires: 2 ** 50 };
  await ask.commit([turn({ epoch, version: 0, once })]);
  assertEquals(await ask.once("cart", "a", "i", 2 ** 50 - 1), once);
  assertEquals(await ask.once("cart", "a", "i", 2 ** 50), null);
  const again = { ...once, print: "q", expires: 2 ** 51 };
  await ask.commit([turn({ epoch, version: 1, once: again })]);
  assertEquals(await ask.once("cart", "a", "i", 2 ** 50), again);
  assertEquals(await ask.once("cart", "b", "i", 0), null);
});

storeTest("Answers that have expired are swept out", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const once = (id: string, expires: number) => ({ id, print: "p", result: "1", expires });
  await ask.commit([turn({ epoch, version: 0, once: once("old", 5) })]);
  await ask.commit([turn({ epoch, version: 1, once: once("new", 2 ** 50) })]);
  assertEquals(await ask.once("cart", "a", "old", 0), null);
  assertEquals((await ask.once("cart", "a", "new", 0))?.id, "new");
});

storeTest("entries() lists a range in the order of names", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const names = ["", "a", "a/1", "a/2", "a/\u{10ffff}", "a0", "b", "\u{ffff}", "\u{1f600}"];
  const entries = names.toReversed().map((name) => [name, name] as const);
  const foreign = turn({ epoch: 1, version: 0, key: "b", entries: [["a/3", "1"]] });
  await ask.commit([turn({ epoch, version: 0, entries }), foreign]);
  const list = async (prefix: string, after: string | null = null, limit = 99) =>
    (await ask.entries("cart", "a", { prefix, after, limit })).map(([name]) => name);
  assertEquals(await list(""), names);
  assertEquals(await list("a/"), ["a/1", "a/2", "a/\u{10ffff}"]);
  assertEquals(await list("a/", "a/1"), ["a/2", "a/\u{10ffff}"]);
  assertEquals(await list("a/", "a"), ["a/1", "a/2", "a/\u{10ffff}"]);
  assertEquals(await list("", "", 2), ["a", "a/1"]);
  assertEquals(await list("", null, 1), [""]);
  assertEquals(await list("", "b"), ["\u{ffff}", "\u{1f600}"]);
  assertEquals(await list("\u{10ffff}"), []);
  assertEquals(await list("", null, 0), []);
});

storeTest(
  "due() gives alarms, the oldest first, and says when the next one is due",
  async (make) => {
    await using store = await startStore(make());
    const { ask } = store;
    assertEquals(await ask.due(1_000, 10), { alarms: [], posts: [], next: null });
    const alarms = [30, 10, 20.5].map((due) => [`at ${due}`, alarm(`at ${due}`, due)] as const);
    const { epoch } = await ask.load("cart", "a");
    await ask.commit([turn({ epoch, version: 0, alarms })]);
    const due = async (now: number, limit = 10) => {
      const { alarms, next } = await ask.due(now, limit);
      return { due: alarms.map(({ due }) => due), next };
    };
    assertEquals(await due(9), { due: [], next: 10 });
    assertEquals(await due(21), { due: [10, 21], next: 30 });
    assertEquals(await due(21, 1), { due: [10], next: 21 });
    assertEquals(await due(30), { due: [10, 21, 30], next: null });
  },
);

storeTest("A post that is put off holds back those of its pair, and no others", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const to = (key: string, args: string) => ({ ...post, key, args });
  const posts = [to("1", "a"), to("2", "b"), to("1", "c"), to("2", "d")];
  await ask.commit([turn({ epoch, version: 0, posts })]);
  await ask.commit([turn({ epoch: 1, version: 0, key: "b", posts: [to("1", "e")] })]);
  const due = async (now: number, limit = 10) => {
    const { posts, next } = await ask.due(now, limit);
    return [posts.map(({ args }) => args).join(""), next];
  };
  assertEquals(await due(0), ["abcde", null]);
  assertEquals(await due(0, 2), ["ab", 0]);
  const [first] = (await ask.due(0, 1)).posts;
  await ask.putOff(first!.number, 50, "Error: no");
  assertEquals(await due(0), ["bde", 50]);
  assertEquals(await due(49), ["bde", 50]);
  assertEquals(await due(50), ["abcde", null]);
  assertEquals((await ask.due(50, 1)).posts[0]!.attempts, 1);
  await ask.putOff(first!.number, null, "Error: never");
  assertEquals(await due(0), ["bcde", null]);
  assertEquals((await ask.due(0, 1)).posts[0]!.args, "b");
});

storeTest("delivered() takes posts out", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  await ask.commit([turn({ epoch, version: 0, posts: [post, post, post] })]);
  const numbers = (await ask.due(0, 10)).posts.map(({ number }) => number);
  await ask.delivered([numbers[0]!, numbers[2]!, 77]);
  assertEquals((await ask.due(0, 10)).posts.map(({ number }) => number), [numbers[1]!]);
});

storeTest("A name with a character that is none is refused", async (make) => {
  await using store = await startStore(make());
  const { ask } = store;
  for (const name of ["a\0b", "a\ud800"]) {
    const { epoch } = await ask.load("cart", "a");
    const [outcome] = await ask.commit([turn({ epoch, version: 0, entries: [[name, "1"]] })]);
    assertEquals(outcome instanceof StoreError && outcome.cause instanceof TypeError, true);
    for (const bad of [{ ...post, kind: name }, { ...post, key: name }]) {
      const { epoch } = await ask.load("cart", "a");
      const [outcome] = await ask.commit([turn({ epoch, version: 0, posts: [bad] })]);
      assertInstanceOf(outcome, StoreError);
    }
    for (const bad of [{ kind: name }, { key: name }]) {
      assertInstanceOf((await ask.commit([turn({ epoch: 1, version: 0, ...bad })]))[0], StoreError);
    }
    await assertRejects(() => ask.load("cart", name), StoreError, "a character that is none");
    await assertRejects(() => ask.entry("cart", "a", name), StoreError);
  }
  assertEquals((await ask.load("cart", "a")).version, 0);
});
