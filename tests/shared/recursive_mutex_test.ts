import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { RecursiveMutex } from "@troupe/actors/shared";
import { addAsync, addSync, holder } from "../fixtures/shared_locks.ts";
import { within } from "../testing.ts";

Deno.test("RecursiveMutex keeps two async functions of one thread apart", async () => {
  const mutex = new RecursiveMutex();
  const log: string[] = [];
  async function twice(name: string) {
    using guard = await mutex.acquire();
    log.push(name);
    await new Promise((resolve) => setTimeout(resolve, 1));
    using _inner = await mutex.acquire({ owner: guard });
    log.push(name);
  }
  await within(10_000, "both", Promise.all([twice("a"), twice("b")]));
  assertEquals(log, ["a", "a", "b", "b"]);
});

Deno.test("RecursiveMutex keeps threads apart, nested or not", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const mutex = new RecursiveMutex();
  const words = new Int32Array(new SharedArrayBuffer(4));
  const others = [addSync, addAsync].map((add) => system.run(add, mutex, words, 10_000));
  for (let n = 0; n < 10_000; n++) {
    using guard = await mutex.acquire();
    using _inner = mutex.acquireSync({ owner: guard });
    words[0]!++;
  }
  await within(10_000, "the others", Promise.all(others));
  assertEquals(words[0], 30_000);
});

Deno.test("RecursiveMutex is free when the last of its guards is released, in any order", () => {
  const mutex = new RecursiveMutex();
  const outer = mutex.acquireSync();
  const middle = mutex.acquireSync({ owner: outer });
  const inner = mutex.tryAcquire({ owner: middle })!;
  outer.release();
  outer.release();
  inner.release();
  assertEquals(mutex.tryAcquire(), undefined);
  middle.release();
  mutex.tryAcquire()!.release();
});

Deno.test("RecursiveMutex refuses an owner that does not hold it", async () => {
  const [mutex, other] = [new RecursiveMutex(), new RecursiveMutex()];
  const released = mutex.acquireSync();
  released.release();
  assertThrows(() => mutex.acquireSync({ owner: released }), Error, "not a guard that holds it");
  using owner = other.acquireSync();
  assertThrows(() => mutex.tryAcquire({ owner }), Error, "not a guard that holds it");
  await assertRejects(() => mutex.acquire({ owner }), Error, "not a guard that holds it");
});

Deno.test("RecursiveMutex.acquireSync() without owner throws when this thread holds it", () => {
  const mutex = new RecursiveMutex();
  using _guard = mutex.acquireSync();
  assertThrows(() => mutex.acquireSync(), Error, "this thread holds it");
  assertEquals(mutex.tryAcquire(), undefined);
});

Deno.test("RecursiveMutex.release() ends all levels, from any thread", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const mutex = new RecursiveMutex();
  const other = await system.spawn(holder, mutex);
  using outer = mutex.acquireSync();
  using inner = mutex.acquireSync({ owner: outer });
  await other.ask.releaseLock();
  await other.ask.acquire();
  inner.release();
  outer.release();
  assertEquals(mutex.tryAcquire(), undefined);
  await other.ask.releaseGuard();
  assertThrows(() => mutex.release(), Error, "it is free");
});
