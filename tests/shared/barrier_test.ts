import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { Barrier, BrokenBarrierError, Mutex } from "@troupe/actors/shared";
import { unreachable } from "../fixtures/endless_import.ts";
import {
  addAt,
  addAtLater,
  fail,
  meet,
  waitAtSync,
  waitAtWithin,
} from "../fixtures/shared_parties.ts";
import { until, within } from "../testing.ts";

Deno.test("Barrier lets three threads go together for 300 rounds, each index once", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const barrier = new Barrier(3);
  const parties = [1, 2].map(() => system.run(meet, barrier, 300));
  const own: number[] = [];
  for (let round = 0; round < 300; round++) {
    own.push(await within(10_000, `round ${round}`, barrier.wait()));
  }
  const all = [own, ...await within(10_000, "the parties", Promise.all(parties))];
  for (let round = 0; round < 300; round++) {
    assertEquals(all.map((indexes) => indexes[round]).toSorted(), [0, 1, 2]);
  }
});

Deno.test("Barrier runs its action once a round, before anybody goes on", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const words = new Int32Array(new SharedArrayBuffer(8));
  const barrier = new Barrier(2, { action: [addAt, words, 1] });
  const other = system.run(meet, barrier, 300);
  for (let round = 1; round <= 300; round++) {
    await within(10_000, `round ${round}`, barrier.wait());
    const seen = words[1]!;
    // The other may have come to the next round; it needs this one to complete it.
    assertEquals(seen, round);
  }
  await within(10_000, "the other", other);
  assertEquals(words[1], 300);
});

Deno.test("Barrier waits for an action that is async", async () => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const barrier = new Barrier(2, { action: [addAtLater, words, 0] });
  for (let round = 1; round <= 3; round++) {
    const seen = () => words[0];
    const both = [barrier.wait().then(seen), barrier.wait().then(seen)];
    assertEquals(await within(10_000, "both", Promise.all(both)), [round, round]);
  }
});

Deno.test("Barrier is broken by an action that fails, whose error goes to who ran it", async () => {
  const barrier = new Barrier(2, { action: [fail] });
  const first = barrier.wait();
  await assertRejects(() => barrier.wait(), RangeError, "the action failed");
  await assertRejects(() => first, BrokenBarrierError);
  assertEquals([barrier.broken, barrier.waiting], [true, 0]);
});

const LIMITS = [
  { limit: "its time", limits: { timeoutMs: 50 } },
  { limit: "no time", limits: { timeoutMs: 0 } },
  { limit: "its signal", limits: { signalMs: 50 } },
];
Deno.test.each(LIMITS)(
  "Barrier.wait() keeps to $limit while the module of its action loads",
  async ({ limits }) => {
    await using system = new ActorSystem({ workers: 1 });
    const barrier = new Barrier(2, { action: [unreachable] });
    const first = assertRejects(() => barrier.wait(), BrokenBarrierError);
    const said = system.run(waitAtWithin, barrier, limits);
    assertStringIncludes(await within(10_000, "the party", said), "TimeoutError");
    await within(10_000, "the first", first);
  },
);

Deno.test("Barrier.waitSync() refuses an action that is async", async () => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  const barrier = new Barrier(1, { action: [addAtLater, words, 0] });
  assertThrows(() => barrier.waitSync(), TypeError, "its action is async");
  assertEquals(barrier.broken, true);
  await until(10_000, "the action", () => words[0] === 1);
});

Deno.test("Barrier is broken when a wait's time is over", async () => {
  const barrier = new Barrier(3);
  const first = barrier.wait();
  await assertRejects(() => barrier.wait({ timeoutMs: 5 }), DOMException, "not all parties came");
  await assertRejects(() => first, BrokenBarrierError, "meanwhile");
  await assertRejects(() => barrier.wait(), BrokenBarrierError, "it is broken");
  assertThrows(() => barrier.waitSync(), BrokenBarrierError, "it is broken");
});

Deno.test("Barrier is broken when a wait is aborted", async () => {
  const barrier = new Barrier(2);
  const abort = new AbortController();
  const wait = barrier.wait({ signal: abort.signal });
  const reason = new Error("enough");
  abort.abort(reason);
  assertEquals(await wait.catch((error) => error), reason);
  assertEquals(barrier.broken, true);
});

Deno.test("Barrier.abort() wakes threads that are blocked, reset() mends it", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const barrier = new Barrier(3);
  for (let round = 0; round < 20; round++) {
    const words = new Int32Array(new SharedArrayBuffer(4));
    const waits = [1, 2].map(() => system.run(waitAtSync, barrier, words));
    await until(10_000, "the waits", () => barrier.waiting === 2);
    if (round % 2 === 0) barrier.abort();
    else barrier.reset();
    const errors = await within(10_000, `round ${round}`, Promise.all(waits));
    assertEquals(errors, ["BrokenBarrierError", "BrokenBarrierError"]);
    assertEquals(barrier.broken, round % 2 === 0);
    barrier.reset();
  }
});

Deno.test("Barrier: who was let go hears nothing of a later abort()", async () => {
  const barrier = new Barrier(2);
  const both = [barrier.wait(), barrier.wait()];
  barrier.abort();
  assertEquals(await Promise.all(both), [0, 1]);
  barrier.reset();
  const again = [barrier.wait(), barrier.wait()];
  barrier.reset();
  assertEquals(await Promise.all(again), [0, 1]);
});

Deno.test("Barrier with more who wait than parties lets them go in turns", async () => {
  const barrier = new Barrier(2);
  const indexes = await Promise.all(Array.from({ length: 10 }, () => barrier.wait()));
  assertEquals(indexes, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  assertEquals(barrier.waiting, 0);
});

Deno.test("Barrier refuses what is no number of parties or no action", () => {
  for (const parties of [0, -1, 1.5, 257]) assertThrows(() => new Barrier(parties), RangeError);
  const wrong = [() => {}] as never;
  assertThrows(() => new Barrier(1, { action: wrong }), TypeError, "must be [task, ...args]");
  const call = [addAt, () => {}] as never;
  const error = assertThrows(() => new Barrier(1, { action: call }), TypeError);
  assert((error as Error).message.includes("function"));
  assertThrows(
    () => new Barrier(1, { action: [addAt, new Mutex(), Symbol()] as never }),
    TypeError,
  );
});
