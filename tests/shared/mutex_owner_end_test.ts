import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { Mutex } from "@troupe/actors/shared";
import { DEATHS } from "../fixtures/deaths.ts";
import { holder, takeSync } from "../fixtures/shared_locks.ts";
import { until, within } from "../testing.ts";

const CAUSES = [...DEATHS, "terminate" as const];

async function end(ref: Awaited<ReturnType<typeof spawn>>, death: typeof CAUSES[number]) {
  if (death === "terminate") await ref.terminate();
  else ref.tell.die(death);
}

function spawn(system: ActorSystem, mutex: Mutex, worker: "web" | "thread") {
  return system.spawn(holder.with({ own: { worker } }), mutex);
}

// Each takes a second on a thread worker: a worker within a worker starts slowly.
const BLOCKED = [
  { worker: "web" as const, causes: CAUSES },
  { worker: "thread" as const, causes: ["close", "terminate"] as const },
];

Deno.test.each(BLOCKED)(
  "Mutex.acquireSync() goes on when all are blocked and the owner's $worker worker ends",
  async ({ worker, causes }, t) => {
    await using system = new ActorSystem({ workers: 2, worker });
    for (const death of causes) {
      await t.step(death, async () => {
        const mutex = new Mutex();
        const words = new Int32Array(new SharedArrayBuffer(4));
        const owner = await spawn(system, mutex, worker);
        await owner.ask.acquire();
        const waits = [1, 2].map(() => system.run(takeSync, mutex, words));
        await until(10_000, "the waits", () => Atomics.load(words, 0) === 2);
        await end(owner, death);
        const abandoned = await within(10_000, "the blocked", Promise.all(waits));
        assertEquals(abandoned.toSorted(), [false, true]);
      });
    }
  },
);

Deno.test("Mutex.acquireSync() on main goes on when the owner's thread ends", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const mutex = new Mutex();
  const owner = await spawn(system, mutex, "web");
  await owner.ask.acquire();
  owner.tell.die("close");
  // Only so that the message leaves before this thread blocks.
  await new Promise((resolve) => setTimeout(resolve));
  const start = performance.now();
  using guard = mutex.acquireSync({ timeoutMs: 5_000 });
  assertEquals(guard.abandoned, true);
  assert(performance.now() - start < 4_500);
});

Deno.test("Mutex.tryAcquire() finds the lock abandoned after somebody has noticed", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const mutex = new Mutex();
  const owner = await spawn(system, mutex, "web");
  await owner.ask.acquire();
  const given = mutex.acquire({ timeoutMs: 1_500 });
  owner.tell.die("close");
  (await given).release();
  using guard = mutex.tryAcquire();
  assertEquals(guard?.abandoned, false);
});
