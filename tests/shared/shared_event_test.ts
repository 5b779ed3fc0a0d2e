import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { SharedEvent } from "@troupe/actors/shared";
import { awaitEvents, awaitEventSync, party } from "../fixtures/shared_parties.ts";
import { until, within } from "../testing.ts";

Deno.test("SharedEvent.set() wakes all that wait, also when clear() follows at once", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const event = new SharedEvent();
  const ready = new Int32Array(new SharedArrayBuffer(8));
  const rounds = 100;
  const others = [1, 2].map(() => system.run(awaitEvents, event, ready, rounds));
  let own = 0;
  for (let round = 1; round <= rounds; round++) {
    const waits = [event.wait(), event.wait()];
    Atomics.store(ready, 1, round);
    Atomics.notify(ready, 1);
    await until(10_000, "the others", () => Atomics.load(ready, 0) === 2 * round);
    event.set();
    event.clear();
    const came = await within(10_000, `round ${round}`, Promise.all(waits));
    own += came.filter((came) => came).length;
  }
  assertEquals(await within(10_000, "the others", Promise.all(others)), [rounds, rounds]);
  assertEquals([own, event.isSet], [2 * rounds, false]);
});

Deno.test("SharedEvent.waitSync() is woken by another thread", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const event = new SharedEvent();
  const ready = new Int32Array(new SharedArrayBuffer(4));
  const waits = [1, 2].map(() => system.run(awaitEventSync, event, ready));
  await until(10_000, "the others", () => Atomics.load(ready, 0) === 2);
  event.set();
  assertEquals(await within(10_000, "the others", Promise.all(waits)), [true, true]);
  assertEquals(event.waitSync(), true);
});

Deno.test("SharedEvent.wait() on main is woken by an actor", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const event = new SharedEvent();
  const other = await system.spawn(party);
  other.tell.set(event);
  assertEquals(await within(10_000, "the event", event.wait()), true);
});

Deno.test("SharedEvent.wait() resolves to false when its time is over", async () => {
  const event = new SharedEvent();
  assertEquals(await event.wait({ timeoutMs: 5 }), false);
  assertEquals(await event.wait({ timeoutMs: 0 }), false);
  assertEquals(event.waitSync({ timeoutMs: 5 }), false);
  await assertRejects(() => event.wait({ timeoutMs: -1 }), RangeError, "received -1");
});

Deno.test("SharedEvent.wait() rejects with the reason of an abort", async () => {
  const event = new SharedEvent();
  const abort = new AbortController();
  const wait = event.wait({ signal: abort.signal, timeoutMs: 1_000 });
  const reason = new DOMException("like a timeout", "TimeoutError");
  abort.abort(reason);
  assertEquals(await wait.catch((error) => error), reason);
});

Deno.test("SharedEvent.clear() makes later waits wait for the next set()", async () => {
  const event = new SharedEvent();
  event.set();
  event.set();
  assertEquals([event.isSet, await event.wait({ timeoutMs: 0 })], [true, true]);
  event.clear();
  event.clear();
  assertEquals([event.isSet, await event.wait({ timeoutMs: 0 })], [false, false]);
});
