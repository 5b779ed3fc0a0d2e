import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { StoreError } from "../../actors/mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { simulated } from "../simulation/simulated.ts";
import { scratchFolder } from "../testing.ts";
import { alarm, startStore, turn } from "./store_kit.ts";

const post = { kind: "order", key: "1", handler: "place", args: "[1]" };

Deno.test("sqlite() says what is wrong with its arguments at once", () => {
  assertThrows(() => sqlite(""), TypeError, "path must be");
  assertThrows(() => sqlite(new URL("http://localhost/a")), TypeError, "http://localhost/a");
  assertThrows(() => sqlite(7 as unknown as string), TypeError, "received 7");
  assertThrows(() => sqlite("a", { waitMs: -1 }), RangeError, "waitMs must be >= 0");
  assertThrows(() => sqlite("a", { durability: "x" as "disk" }), TypeError, "durability");
  assertThrows(() => sqlite("a", null as unknown as undefined), TypeError, "options");
});

Deno.test("sqlite() opens nothing by itself, and is safe from a power cut by default", () => {
  assertEquals(sqlite("/nowhere/at/all.db").durability, "disk");
  assertEquals(sqlite("a", { durability: "process" }).durability, "process");
});

Deno.test("sqlite() takes the URL of a file, also one that has to be escaped", async () => {
  await using folder = await scratchFolder();
  const path = `${await Deno.realPath(folder.path)}/a #?%25.db`;
  const url = new URL("file:///");
  url.pathname = path.replaceAll("%", "%25");
  for (const each of [url, url.href]) {
    await using _store = await startStore(sqlite(each));
    assertEquals((await Deno.stat(path)).isFile, true);
  }
});

simulated("A store runs in a simulation", async () => {
  await using store = await startStore(sqlite(":memory:"));
  const { epoch } = await store.ask.load("cart", "a");
  assertEquals(await store.ask.commit([turn({ epoch, version: 0, state: "7" })]), ["done"]);
  assertEquals((await store.ask.load("cart", "a")).state, "7");
});

Deno.test("A store runs on a worker of its own", async () => {
  await using folder = await scratchFolder();
  await using store = await startStore(sqlite(`${folder.path}/shop.db`), { on: "own" });
  const { epoch } = await store.ask.load("cart", "a");
  const { ask } = store;
  assertEquals(
    await ask.commit([
      turn({ epoch, version: 0, state: new Uint8Array([7]) }),
      turn({ epoch, version: 1, alarms: [["bad", alarm("bad", NaN)]] }),
    ]).then(([first, second]) => [first, second instanceof StoreError && second.reason]),
    ["done", "refused"],
  );
  assertEquals((await ask.load("cart", "a")).state, new Uint8Array([7]));
});

Deno.test("Epochs and numbers of posts grow from one opening to the next", async () => {
  await using folder = await scratchFolder();
  let last = { epoch: 0, number: 0 };
  for (let opening = 0; opening < 3; opening++) {
    await using store = await startStore(sqlite(`${folder.path}/shop.db`));
    const { epoch, version } = await store.ask.load("cart", "a");
    await store.ask.commit([turn({ epoch, version, posts: [post] })]);
    const { number } = (await store.ask.due(0, 10)).posts.at(-1)!;
    assertGreater(epoch, last.epoch);
    assertGreater(number, last.number);
    assertEquals(Number.isSafeInteger(number), true);
    last = { epoch, number };
  }
});

Deno.test("However many answers have expired, all are swept out", async () => {
  await using store = await startStore(sqlite(":memory:"));
  const { ask } = store;
  const { epoch } = await ask.load("cart", "a");
  const once = (at: number) => ({ id: `${at}`, print: "p", result: "1", expires: 5 });
  const turns = Array.from(
    { length: 2_500 },
    (_, at) => turn({ epoch, version: at, once: once(at) }),
  );
  await ask.commit(turns);
  for (let at = 0; at < 2; at++) {
    await ask.commit([turn({ epoch, version: turns.length + at, once: once(at) })]);
  }
  for (const at of [0, 1_500, 2_499]) assertEquals(await ask.once("cart", "a", `${at}`, 0), null);
});
