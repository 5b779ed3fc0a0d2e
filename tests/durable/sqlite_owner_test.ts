import { assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ActorSystem, StoreInUseError } from "../../actors/mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { programTest } from "../program.ts";
import { scratchFolder, until, within } from "../testing.ts";
import { holder } from "./holder.ts";
import { spawnStore, startStore, turn } from "./store_kit.ts";

Deno.test("One system at a time has a file open, whatever it is called", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  {
    await using _owner = await startStore(sqlite(file));
    const error = await assertRejects(() => startStore(sqlite(file)), StoreInUseError);
    assertEquals({ file: error.file, waitMs: error.waitMs }, { file, waitMs: 0 });
    assertEquals(error.message.includes("give waitMs to wait for it"), true);
    await Deno.mkdir(`${folder.path}/sub`);
    const other = `${folder.path}/sub/../shop.db`;
    await assertRejects(() => startStore(sqlite(other)), StoreInUseError, other);
  }
  await using _next = await startStore(sqlite(file));
});

Deno.test("The error that a file is in use crosses threads", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using _owner = await startStore(sqlite(file));
  const error = await assertRejects(
    () => startStore(sqlite(file, { waitMs: 5 }), { on: "own" }),
    StoreInUseError,
  );
  assertEquals(error.waitMs, 5);
});

Deno.test("Who waits gets the file as soon as it is free", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  const owner = await startStore(sqlite(file));
  const waiting = startStore(sqlite(file, { waitMs: 10_000 }));
  await owner[Symbol.asyncDispose]();
  await using _next = await within(5_000, "the file", waiting);
});

Deno.test("A store in memory is everybody's own", async () => {
  await using one = await startStore(sqlite(":memory:"));
  await using other = await startStore(sqlite(":memory:"));
  await one.ask.commit([turn({ epoch: 1, version: 0 })]);
  assertEquals((await other.ask.load("cart", "a")).version, 0);
});

Deno.test.each([{ worker: "web" }, { worker: "thread" }] as const)(
  'A store whose thread of kind "$worker" is killed comes back with all that was committed',
  async ({ worker }) => {
    await using folder = await scratchFolder();
    await using system = new ActorSystem({ workers: 0, worker });
    const store = sqlite(`${folder.path}/shop.db`);
    const ref = await spawnStore(system, store, { on: "own" });
    const before = await ref.ask.load("cart", "a");
    await ref.ask.commit([turn({ epoch: before.epoch, version: 0, state: "7" })]);
    await ref.terminate();
    const next = await within(5_000, "the next one", spawnStore(system, store, { on: "own" }));
    const { epoch, state } = await next.ask.load("cart", "a");
    assertEquals(state, "7");
    assertGreater(epoch, before.epoch);
  },
);

Deno.test("A store whose thread is killed while it waits for the file comes back", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using system = new ActorSystem({ workers: 0 });
  const store = sqlite(file);
  const ref = await spawnStore(system, store, { on: "own" });
  const { epoch } = await ref.ask.load("cart", "a");
  const blocker = new DatabaseSync(file);
  blocker.exec("BEGIN IMMEDIATE");
  // Its thread is blocked until the other one is through, terminated or not.
  const commit = assertRejects(() => ref.ask.commit([turn({ epoch, version: 0 })]));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await ref.terminate();
  await commit;
  const next = spawnStore(system, store, { on: "own" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  blocker.exec("ROLLBACK");
  blocker.close();
  const { ask } = await within(10_000, "the next one", next);
  // The commit of whoever is gone may have been made or not.
  const { version } = await ask.load("cart", "a");
  assertEquals(version === 0 || version === 1, true);
});

programTest("A second process is told that the file is in use", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  const child = await holder(file);
  try {
    const start = performance.now();
    await assertRejects(() => startStore(sqlite(file)), StoreInUseError, file);
    assertLess(performance.now() - start, 400);
    const waiting = performance.now();
    const store = sqlite(file, { waitMs: 300 });
    const error = await assertRejects(() => startStore(store), StoreInUseError);
    assertEquals(error.message.includes("also after 300 ms"), true);
    assertGreater(performance.now() - waiting, 290);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

programTest("A file is free at once when its process is killed", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  for (let round = 0; round < 3; round++) {
    const child = await holder(file);
    child.kill("SIGKILL");
    await child.status;
    await using _next = await startStore(sqlite(file));
  }
});

programTest("Who waits for another process gets the file when that is killed", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  const child = await holder(file);
  const waiting = startStore(sqlite(file, { waitMs: 20_000 }));
  child.kill("SIGKILL");
  await child.status;
  await using _next = await within(5_000, "the file", waiting);
});

Deno.test("A system that ends while its store waits for a file does not wait on", async () => {
  await using folder = await scratchFolder();
  const file = `${folder.path}/shop.db`;
  await using _owner = await startStore(sqlite(file));
  const system = new ActorSystem({ workers: 0 });
  let isOver = false;
  const waiting = spawnStore(system, sqlite(file, { waitMs: Infinity }))
    .catch(() => {}).finally(() => isOver = true);
  await system.shutdown();
  await until(5_000, "the end of the wait", () => isOver);
  await waiting;
});
