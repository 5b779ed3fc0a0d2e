import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { RwLock } from "@troupe/actors/shared";
import { party, readAndWrite } from "../fixtures/shared_parties.ts";
import { until, within } from "../testing.ts";

Deno.test("RwLock keeps two writers and a reader apart", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const lock = new RwLock();
  const words = new Int32Array(new SharedArrayBuffer(8));
  const runs = [true, true, false].map((isWriter) =>
    system.run(readAndWrite, lock, words, 10_000, isWriter)
  );
  assertEquals(await within(10_000, "all", Promise.all(runs)), [0, 0, 0]);
  assertEquals([...words], [20_000, 20_000]);
});

Deno.test("RwLock lets threads read together", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const lock = new RwLock();
  const other = await system.spawn(party);
  await within(10_000, "the other", other.ask.read(lock));
  using _own = lock.acquireReadSync({ timeoutMs: 0 });
  using _again = await lock.acquireRead({ timeoutMs: 0 });
  assertEquals(lock.tryAcquireWrite(), undefined);
});

Deno.test("RwLock lets no reader in while a writer waits", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const lock = new RwLock();
  const other = await system.spawn(party);
  const guard = await lock.acquireRead();
  const write = other.ask.write(lock);
  await until(10_000, "the writer", () => {
    const guard = lock.tryAcquireRead();
    guard?.release();
    return guard === undefined;
  });
  using _again = lock.acquireReadSync({ timeoutMs: 0 });
  _again.release();
  guard.release();
  await within(10_000, "the writer", write);
  assertEquals(lock.tryAcquireRead(), undefined);
});

Deno.test("RwLock lets readers in when a waiting writer has given up", async () => {
  const lock = new RwLock();
  using _guard = await lock.acquireRead();
  for (let round = 0; round < 50; round++) {
    const abort = new AbortController();
    const write = lock.acquireWrite({ signal: abort.signal });
    const read = lock.acquireRead();
    abort.abort(new RangeError("enough"));
    await assertRejects(() => write, RangeError, "enough");
    (await within(10_000, "the reader", read)).release();
  }
});

Deno.test("RwLock: neither readers nor writers starve", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const lock = new RwLock();
  for (const isWriter of [true, false]) {
    const words = new Int32Array(new SharedArrayBuffer(8));
    let isDone = false;
    const runs = [1, 2].map(() => system.run(readAndWrite, lock, words, 300_000, isWriter));
    const done = Promise.all(runs).then(() => isDone = true);
    let turns = 0;
    while (!isDone && turns < 20) {
      const wait = isWriter ? lock.acquireRead() : lock.acquireWrite();
      (await within(10_000, "a turn", wait)).release();
      turns++;
    }
    assertEquals([turns, isDone], [20, false]);
    await within(20_000, "the workers", done);
  }
});

Deno.test("RwLock: blocking waits that only this thread could end throw at once", () => {
  const lock = new RwLock();
  const reading = lock.acquireReadSync();
  assertThrows(() => lock.acquireWriteSync(), Error, "this thread reads");
  reading.release();
  using _writing = lock.acquireWriteSync();
  assertThrows(() => lock.acquireWriteSync(), Error, "this thread writes");
  assertThrows(() => lock.acquireReadSync(), Error, "this thread writes");
});

Deno.test("RwLock.release() works from any thread and throws when nobody holds it", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const lock = new RwLock();
  const other = await system.spawn(party);
  for (const how of ["read", "write"] as const) {
    await other.ask[how](lock);
    lock.release();
    using guard = lock.acquireWriteSync({ timeoutMs: 0 });
    await other.ask.releaseGuards();
    assertEquals(lock.tryAcquireRead(), undefined);
    guard.release();
    guard.release();
    assertThrows(() => lock.release(), Error, "it is free");
  }
});
