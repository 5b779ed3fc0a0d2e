import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { Mutex } from "@troupe/actors/shared";
import { addAsync, addSync, holder } from "../fixtures/shared_locks.ts";
import { within } from "../testing.ts";

const TIMES = 50_000;

Deno.test("Mutex keeps blocking waiters in three workers and an async one on main apart", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const mutex = new Mutex();
  const words = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 1; round <= 5; round++) {
    const workers = [1, 2, 3].map(() => system.run(addSync, mutex, words, TIMES));
    const all = Promise.all([...workers, addAsync(mutex, words, TIMES)]);
    await within(10_000, `the increments, round ${round}`, all);
    assertEquals(words[0], 4 * TIMES * round);
  }
});

Deno.test("Without a Mutex the increments of three workers add up to no more than all", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const words = new Int32Array(new SharedArrayBuffer(4));
  const workers = [1, 2, 3].map(() => system.run(addSync, null, words, TIMES));
  await within(10_000, "the increments", Promise.all(workers));
  assert(words[0]! >= 1 && words[0]! <= 3 * TIMES);
});

Deno.test("Mutex keeps async waiters in four threads apart", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const mutex = new Mutex();
  const words = new Int32Array(new SharedArrayBuffer(4));
  const workers = [1, 2, 3].map(() => system.run(addAsync, mutex, words, 2_000));
  await within(10_000, "all", Promise.all([...workers, addAsync(mutex, words, 2_000)]));
  assertEquals(words[0], 8_000);
});

Deno.test("Mutex.acquire() serves the async functions of one thread in order", async () => {
  const mutex = new Mutex();
  const order: number[] = [];
  const guard = mutex.acquireSync();
  const waits = [1, 2, 3].map(async (n) => {
    using _guard = await mutex.acquire();
    order.push(n);
    await Promise.resolve();
  });
  guard.release();
  await within(10_000, "the waits", Promise.all(waits));
  assertEquals(order, [1, 2, 3]);
});

Deno.test("Mutex.acquire() gets its turn while a worker acquires all the time", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const mutex = new Mutex();
  const words = new Int32Array(new SharedArrayBuffer(4));
  const busy = system.run(addSync, mutex, words, 3_000_000);
  let overtaken = 0;
  while (words[0] === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  // On a busy machine the worker may rest for a while.
  for (let round = 0; round < 20 || overtaken === 0 && words[0]! < 2_500_000; round++) {
    const before = words[0]!;
    using _guard = await within(10_000, "the lock", mutex.acquire());
    if (words[0]! > before) overtaken++;
  }
  assert(words[0]! < 3_000_000, "the worker had ended first");
  await within(10_000, "the worker", busy);
  assert(overtaken > 0);
});

Deno.test("Mutex.acquire() that is given up never keeps others from the lock", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const mutex = new Mutex();
  const words = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 200; round++) {
    const guard = await mutex.acquire();
    const abort = new AbortController();
    const given = [
      mutex.acquire({ signal: abort.signal }),
      mutex.acquire({ timeoutMs: round % 3 }),
    ].map((wait) => wait.then((guard) => guard.release(), () => {}));
    const kept = [
      system.run(addSync, mutex, words, 1),
      system.run(addAsync, mutex, words, 1),
      addAsync(mutex, words, 1),
    ];
    if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round % 5));
    // In the same turn as the release, before or after it.
    if (round % 4 < 2) abort.abort();
    guard.release();
    abort.abort();
    await within(10_000, `the others, round ${round}`, Promise.all([...kept, ...given]));
  }
  assertEquals(words[0], 600);
  using guard = mutex.tryAcquire();
  assertEquals(guard?.abandoned, false);
});

Deno.test("Mutex.acquire() with timeoutMs 0 does not wait", async () => {
  const mutex = new Mutex();
  const guard = await mutex.acquire({ timeoutMs: 0 });
  await assertRejects(() => mutex.acquire({ timeoutMs: 0 }), DOMException, "not free within 0 ms");
  guard.release();
  using _guard = mutex.acquireSync({ timeoutMs: 0 });
});

Deno.test("Mutex.acquire() rejects with the signal's reason", async () => {
  const mutex = new Mutex();
  using _guard = mutex.acquireSync();
  const reason = new DOMException("like a timeout", "TimeoutError");
  const abort = new AbortController();
  const wait = mutex.acquire({ signal: abort.signal });
  abort.abort(reason);
  assertEquals(await wait.catch((error) => error), reason);
  const late = mutex.acquire({ signal: abort.signal });
  assertEquals(await late.catch((error) => error), reason);
});

Deno.test("Mutex refuses a time that is negative or no number", async () => {
  const mutex = new Mutex();
  using _guard = mutex.acquireSync();
  await assertRejects(() => mutex.acquire({ timeoutMs: -1 }), RangeError, "received -1");
  assertThrows(() => mutex.acquireSync({ timeoutMs: NaN }), RangeError, "received NaN");
});

Deno.test("Mutex.acquireSync() throws at once when this thread holds it", () => {
  const mutex = new Mutex();
  const guard = mutex.acquireSync();
  assertThrows(() => mutex.acquireSync(), Error, "this thread holds it");
  assertThrows(() => mutex.acquireSync({ timeoutMs: 10 }), Error, "this thread holds it");
  guard.release();
  mutex.acquireSync().release();
});

Deno.test("Mutex.acquireSync() throws a TimeoutError while another thread holds it", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const mutex = new Mutex();
  const other = await system.spawn(holder, mutex);
  await other.ask.acquire();
  const error = assertThrows(() => mutex.acquireSync({ timeoutMs: 20 }), DOMException, "20 ms");
  assertEquals((error as DOMException).name, "TimeoutError");
  assertEquals(mutex.tryAcquire(), undefined);
  await other.ask.releaseGuard();
  mutex.acquireSync().release();
});

Deno.test("Mutex.release() works from a thread that does not hold it", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const mutex = new Mutex();
  const other = await system.spawn(holder, mutex);
  using guard = await mutex.acquire();
  await other.ask.releaseLock();
  await other.ask.acquire();
  guard.release();
  assertEquals(mutex.tryAcquire(), undefined);
});

Deno.test("Mutex.release() throws when it is free and changes nothing", () => {
  const mutex = new Mutex();
  assertThrows(() => mutex.release(), Error, "it is free");
  mutex.acquireSync();
  mutex.release();
  assertThrows(() => mutex.release(), Error, "it is free");
  mutex.acquireSync().release();
});

Deno.test("Mutex: a guard that was released touches no later hold", () => {
  const mutex = new Mutex();
  const first = mutex.acquireSync();
  first.release();
  const second = mutex.acquireSync();
  first.release();
  first[Symbol.dispose]();
  assertEquals(mutex.tryAcquire(), undefined);
  mutex.release();
  using _third = mutex.acquireSync();
  second.release();
  assertEquals(mutex.tryAcquire(), undefined);
});
