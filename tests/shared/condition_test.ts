import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { Condition, Mutex, RecursiveMutex, RwLock } from "@troupe/actors/shared";
import { awaitConditionSync, party } from "../fixtures/shared_parties.ts";
import { until, within } from "../testing.ts";

/** Waits under the lock, and adds its name to the list when it was notified. */
async function waitOnce(condition: Condition, woken: unknown[], name: unknown, timeoutMs?: number) {
  using _guard = await condition.lock.acquire();
  const came = await condition.wait({ timeoutMs });
  if (came) woken.push(name);
  return came;
}

Deno.test("Condition.notify() wakes exactly as many as it is for, in order of arrival", async () => {
  const condition = new Condition();
  const woken: unknown[] = [];
  const waits = Array.from({ length: 10 }, (_, name) => waitOnce(condition, woken, name));
  for (const [count, total] of [[1, 1], [3, 4], [0, 4], [2, 6], [100, 10]] as const) {
    using guard = await condition.lock.acquire();
    condition.notify(count);
    guard.release();
    await until(10_000, `${total} woken`, () => woken.length >= total);
    await new Promise((resolve) => setTimeout(resolve, 2));
    assertEquals(woken.length, total);
  }
  await within(10_000, "the waits", Promise.all(waits));
  assertEquals(woken, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("Condition.notify() wakes exactly as many blocked threads", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const condition = new Condition();
  for (let round = 0; round < 20; round++) {
    const words = new Int32Array(new SharedArrayBuffer(4));
    let woken = 0;
    const waits = [1, 2, 3].map(async () => {
      const result = await system.run(awaitConditionSync, condition, words);
      woken++;
      return result;
    });
    await until(10_000, "the waits", () => Atomics.load(words, 0) === 3);
    for (const total of [2, 3]) {
      using guard = await condition.lock.acquire();
      condition.notify(total === 2 ? 2 : 1);
      guard.release();
      await until(10_000, `${total} woken`, () => woken >= total);
      assertEquals(woken, total);
    }
    for (const wait of waits) assertEquals(await wait, [true, true]);
  }
});

Deno.test("Condition keeps no notification for those who wait later", async () => {
  const condition = new Condition();
  condition.notify(5);
  condition.notifyAll();
  assertEquals(await waitOnce(condition, [], "late", 10), false);
});

Deno.test("Condition.notifyAll() wakes those who wait and nobody who comes then", async () => {
  const condition = new Condition();
  const woken: unknown[] = [];
  const waits = ["a", "b"].map((name) => waitOnce(condition, woken, name));
  const guard = await condition.lock.acquire();
  condition.notifyAll();
  const late = waitOnce(condition, woken, "late", 20);
  guard.release();
  assertEquals(await within(10_000, "the waits", Promise.all(waits)), [true, true]);
  assertEquals([await late, woken], [false, ["a", "b"]]);
});

Deno.test("Condition.wait() has the lock again when its time is over", async () => {
  const condition = new Condition();
  using _guard = await condition.lock.acquire();
  assertEquals(await condition.wait({ timeoutMs: 5 }), false);
  assertEquals(condition.lock.tryAcquire(), undefined);
  assertEquals(await condition.wait({ timeoutMs: 0 }), false);
  assertEquals(condition.waitSync({ timeoutMs: 5 }), false);
  assertEquals(condition.lock.tryAcquire(), undefined);
});

Deno.test("Condition.wait() has the lock again when it is aborted, also while another has it", async () => {
  const condition = new Condition();
  const guard = await condition.lock.acquire();
  const abort = new AbortController();
  const wait = condition.wait({ signal: abort.signal });
  const other = await condition.lock.acquire();
  abort.abort(new RangeError("enough"));
  setTimeout(() => other.release(), 5);
  await assertRejects(() => wait, RangeError, "enough");
  assertEquals(condition.lock.tryAcquire(), undefined);
  guard.release();
  condition.lock.tryAcquire()!.release();
});

Deno.test("Condition.wait() that is aborted or late never takes a notification along", async () => {
  const condition = new Condition();
  for (let round = 0; round < 200; round++) {
    const woken: unknown[] = [];
    const abort = new AbortController();
    const given = [{ signal: abort.signal }, { timeoutMs: 1 }].map(async (options) => {
      using _guard = await condition.lock.acquire();
      return await condition.wait(options).catch(() => false);
    });
    const kept = [waitOnce(condition, woken, 1), waitOnce(condition, woken, 2)];
    const guard = await condition.lock.acquire();
    if (round % 3 === 0) abort.abort();
    condition.notify(2);
    if (round % 3 === 1) abort.abort();
    guard.release();
    if (round % 3 === 2) abort.abort();
    const taken = (await Promise.all(given)).filter((came) => came).length;
    await until(10_000, "the notified", () => woken.length >= 2 - taken);
    condition.notify(taken);
    await within(10_000, `round ${round}`, Promise.all(kept));
  }
});

Deno.test("Condition.wait() throws when this thread does not hold the lock", async () => {
  const condition = new Condition();
  await assertRejects(() => condition.wait(), Error, "does not hold the lock");
  assertThrows(() => condition.waitSync(), Error, "does not hold the lock");
});

Deno.test("Condition.waitFor() waits until the predicate holds or the time is over", async () => {
  const condition = new Condition();
  using _guard = await condition.lock.acquire();
  let count = 0;
  const timer = setInterval(() => condition.notify(count++), 1);
  assertEquals(await condition.waitFor(() => count >= 5), true);
  clearInterval(timer);
  assertEquals(await condition.waitFor(() => false, { timeoutMs: 10 }), false);
  assertEquals(condition.waitForSync(() => false, { timeoutMs: 10 }), false);
  assertEquals(condition.waitForSync(() => true, { timeoutMs: 0 }), true);
  assertEquals(condition.lock.tryAcquire(), undefined);
});

Deno.test("Condition of a RecursiveMutex releases all levels, and gives them back", async () => {
  const lock = new RecursiveMutex();
  const condition = new Condition(lock);
  const outer = await lock.acquire();
  const inner = await lock.acquire({ owner: outer });
  const wait = condition.wait();
  const other = await within(10_000, "the lock", lock.acquire());
  condition.notify();
  other.release();
  assertEquals(await within(10_000, "the notification", wait), true);
  inner.release();
  assertEquals(lock.tryAcquire(), undefined);
  outer.release();
  lock.tryAcquire()!.release();
});

Deno.test("Two conditions of one lock do not wake each other's waits", async () => {
  const lock = new Mutex();
  const [full, empty] = [new Condition(lock), new Condition(lock)];
  const woken: unknown[] = [];
  const wait = waitOnce(full, woken, "full", 20);
  using guard = await lock.acquire();
  empty.notifyAll();
  guard.release();
  assertEquals([await wait, woken], [false, []]);
});

Deno.test("Condition crosses with its lock", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const condition = new Condition();
  const other = await system.spawn(party);
  let came: boolean | null = null;
  const wait = other.ask.waitFor(condition).then((result) => came = result);
  await until(10_000, "the notification", () => {
    condition.notify();
    return came !== null;
  });
  assertEquals(await wait, true);
});

Deno.test("Condition refuses a lock that is none", () => {
  assertThrows(() => new Condition(new RwLock() as never), TypeError, "must be a Mutex");
});
