import { assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../actors/mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { scratchFolder } from "../testing.ts";
import { alarm, startStore, turn } from "./store_kit.ts";

Deno.test("Commits of many callers go into one transaction", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using store = await startStore(sqlite(file));
  const wal = async () => (await Deno.stat(`${file}-wal`)).size;
  const commit = (key: string) => store.ask.commit([turn({ epoch: 1, version: 0, key })]);
  const before = await wal();
  await commit("first");
  const one = await wal() - before;
  const outcomes = await Promise.all(Array.from({ length: 100 }, (_, at) => commit(`${at}`)));
  assertEquals(outcomes, Array.from({ length: 100 }, () => ["done"]));
  // Each transaction writes the pages that it changes.
  assertLess(await wal() - before - one, 20 * one);
});

Deno.test("Turns of one group are committed in the order in which they came", async () => {
  await using store = await startStore(sqlite(":memory:"));
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const versions = Array.from({ length: 50 }, (_, version) => version);
  const outcomes = await Promise.all(
    versions.map((version) => ask.commit([turn({ epoch, version, state: `${version}` })])),
  );
  assertEquals(outcomes, versions.map(() => ["done"]));
  assertEquals((await ask.load("cart", "a")).state, "49");
});

Deno.test("A load comes after the commits of its actor that were asked for before", async () => {
  await using store = await startStore(sqlite(":memory:"));
  const commit = store.ask.commit([turn({ epoch: 1, version: 0, entries: [["x", "1"]] })]);
  assertEquals((await store.ask.load("cart", "a")).version, 1);
  assertEquals(await store.ask.entry("cart", "a", "x"), "1");
  assertEquals(await commit, ["done"]);
});

Deno.test("A turn that cannot be stored does no harm to the others of its group", async () => {
  await using store = await startStore(sqlite(":memory:"));
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const bad = turn({ epoch, version: 1, state: "bad", alarms: [["x", alarm("x", NaN)]] });
  const [good, other] = await Promise.all([
    ask.commit([
      turn({ epoch, version: 0, state: "good" }),
      bad,
      turn({ epoch, version: 2 }),
      turn({ epoch, version: 1 }),
    ]),
    ask.commit([turn({ epoch: 1, version: 0, key: "b", state: "other" })]),
  ]);
  assertInstanceOf(good[1], StoreError);
  assertEquals([good[0], good[2], good[3], ...other], ["done", "conflict", "conflict", "done"]);
  const { version, state } = await ask.load("cart", "a");
  assertEquals({ version, state }, { version: 1, state: "good" });
  assertEquals((await ask.load("cart", "b")).state, "other");
});

Deno.test("A list without turns is committed at once", async () => {
  await using store = await startStore(sqlite(":memory:"));
  assertEquals(await store.ask.commit([]), []);
});

Deno.test("What is under way when the store stops is committed", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using store = await startStore(sqlite(file));
  const commit = store.ask.commit([turn({ epoch: 1, version: 0, state: "7" })]);
  await store.ask.load("cart", "b");
  const stopped = store.stop();
  assertEquals(await commit, ["done"]);
  await stopped;
  const files = await Array.fromAsync(Deno.readDir(folder.path));
  assertEquals(files.map(({ name }) => name).sort(), ["shop.db", "shop.db-lock"]);
  const db = new DatabaseSync(file, { readOnly: true });
  assertEquals(db.prepare("SELECT state FROM troupe_state").get()!.state, "7");
  db.close();
});

Deno.test("Others may read the file meanwhile", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using store = await startStore(sqlite(file));
  await store.ask.commit([turn({ epoch: 1, version: 0, state: '{"total":7}' })]);
  const db = new DatabaseSync(file, { readOnly: true });
  const total = db.prepare("SELECT state ->> 'total' AS total FROM troupe_state");
  assertEquals(total.get()!.total, 7);
  db.close();
});

Deno.test("A program that holds the file for too long is an error, and no harm", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using store = await startStore(sqlite(file), { on: "own" });
  const db = new DatabaseSync(file);
  db.exec("BEGIN IMMEDIATE");
  const { epoch } = await store.ask.load("cart", "a");
  const [outcome] = await store.ask.commit([turn({ epoch, version: 0 })]);
  assertInstanceOf(outcome, StoreError);
  assertEquals(outcome.reason, "busy");
  db.exec("ROLLBACK");
  db.close();
  const fresh = await store.ask.load("cart", "a");
  assertEquals(await store.ask.commit([turn({ epoch: fresh.epoch, version: 0 })]), ["done"]);
});

Deno.test("What is not yet moved into the file does not grow without end", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using store = await startStore(sqlite(file));
  const { epoch } = await store.ask.load("cart", "a");
  const state = "x".repeat(100_000);
  let largest = 0;
  for (let version = 0; version < 300; version++) {
    await store.ask.commit([turn({ epoch, version, state, durability: "process" })]);
    largest = Math.max(largest, (await Deno.stat(`${file}-wal`)).size);
  }
  assertLess(largest, 8 * 2 ** 20);
});
