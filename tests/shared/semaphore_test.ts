import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { Semaphore } from "@troupe/actors/shared";
import { party, takePermits } from "../fixtures/shared_parties.ts";
import { within } from "../testing.ts";

Deno.test("Semaphore never gives more permits than it has, to threads that block and wait", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const semaphore = new Semaphore(2);
  const words = new Int32Array(new SharedArrayBuffer(4));
  const most = [1, 2, 3].map(() => system.run(takePermits, semaphore, words, 5_000));
  most.push(takePermits(semaphore, words, 0) as Promise<number>);
  for (const each of await within(10_000, "all", Promise.all(most))) assert(each <= 2);
  assertEquals(semaphore.available, 2);
});

Deno.test("Semaphore loses and makes no permits when waits are given up", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const semaphore = new Semaphore(1, { bounded: true });
  const words = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 200; round++) {
    const guard = await semaphore.acquire();
    const abort = new AbortController();
    const given = [{ signal: abort.signal }, { timeoutMs: round % 2 }]
      .map((options) => semaphore.acquire(options).then((guard) => guard.release(), () => {}));
    const kept = [
      semaphore.acquire().then((guard) => guard.release()),
      system.run(takePermits, semaphore, words, 1),
    ];
    if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    if (round % 4 < 2) abort.abort();
    guard.release();
    abort.abort();
    await within(10_000, `round ${round}`, Promise.all([...given, ...kept]));
    assertEquals(semaphore.available, 1);
  }
});

Deno.test("Semaphore that is bounded refuses a release too many, and nothing changes", () => {
  const semaphore = new Semaphore(2, { bounded: true });
  assertThrows(() => semaphore.release(), RangeError, "all of its 2 permits are free");
  const guard = semaphore.acquireSync();
  guard.release();
  guard.release();
  assertThrows(() => semaphore.release(), RangeError);
  assertEquals(semaphore.available, 2);
});

Deno.test("Semaphore that is not bounded has one more permit after a release of none", async () => {
  const semaphore = new Semaphore(0);
  assertEquals(semaphore.tryAcquire(), undefined);
  const wait = semaphore.acquire();
  semaphore.release();
  await within(10_000, "the permit", wait);
  assertEquals(semaphore.available, 0);
});

Deno.test("Semaphore.release() gives back a permit of another thread, whose guard is void then", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const semaphore = new Semaphore(1, { bounded: true });
  const other = await system.spawn(party);
  await other.ask.permit(semaphore);
  assertEquals(semaphore.available, 0);
  semaphore.release();
  using _guard = semaphore.acquireSync({ timeoutMs: 0 });
  await other.ask.releaseGuards();
  assertEquals(semaphore.available, 0);
});

Deno.test("Semaphore: guards and releases without one give back as much as was taken", () => {
  const semaphore = new Semaphore(2, { bounded: true });
  const [first, second] = [semaphore.acquireSync(), semaphore.acquireSync()];
  semaphore.release();
  first.release();
  second.release();
  assertEquals(semaphore.available, 2);
  for (let n = 0; n < 5; n++) {
    semaphore.acquireSync();
    semaphore.release();
  }
  semaphore.acquireSync().release();
  assertEquals(semaphore.available, 2);
});

Deno.test("Semaphore.acquireSync() throws when it is bounded and this thread has all permits", () => {
  const semaphore = new Semaphore(2, { bounded: true });
  using _first = semaphore.acquireSync();
  using _second = semaphore.acquireSync();
  assertThrows(() => semaphore.acquireSync(), Error, "this thread holds all permits");
});

Deno.test("Semaphore.acquire() rejects when its time is over", async () => {
  const semaphore = new Semaphore(0);
  const text = "no permit was free within 5 ms";
  await assertRejects(() => semaphore.acquire({ timeoutMs: 5 }), DOMException, text);
  assertThrows(() => semaphore.acquireSync({ timeoutMs: 5 }), DOMException, text);
  await assertRejects(() => semaphore.acquire({ timeoutMs: NaN }), RangeError);
});

Deno.test("Semaphore refuses what is no number of permits", () => {
  for (const permits of [-1, 1.5, NaN, 2 ** 31]) {
    assertThrows(() => new Semaphore(permits), RangeError);
  }
  assertEquals(new Semaphore(2 ** 31 - 1).available, 2 ** 31 - 1);
});
