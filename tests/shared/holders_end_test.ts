import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import {
  Barrier,
  BrokenBarrierError,
  Condition,
  Mutex,
  RwLock,
  Semaphore,
  SharedEvent,
} from "@troupe/actors/shared";
import { type Death, DEATHS } from "../fixtures/deaths.ts";
import {
  awaitConditionSync,
  hammer,
  party,
  readAndWrite,
  type ShortWaits,
  takeHeldSync,
  takeInShortWaits,
  waitAtSync,
} from "../fixtures/shared_parties.ts";
import { until, within } from "../testing.ts";

const ENDS = [
  ...DEATHS.map((death) => ({ death, worker: "web" as const })),
  { death: "terminate" as const, worker: "web" as const },
  { death: "terminate" as const, worker: "thread" as const },
];

const spawn = (system: ActorSystem, worker: "web" | "thread") =>
  system.spawn(party.with({ own: { worker } }));

/** Whether a writer waits for a lock that is read: no reader comes in then. */
function isAwaitedByWriter(lock: RwLock): boolean {
  using guard = lock.tryAcquireRead();
  return guard === undefined;
}

async function end(other: Awaited<ReturnType<typeof spawn>>, death: Death | "terminate") {
  if (death === "terminate") await other.terminate();
  else other.tell.die(death);
}

Deno.test.each(ENDS)(
  "Semaphore gives on the permit of a $worker worker that has ended, abandoned: $death",
  async ({ death, worker }) => {
    await using system = new ActorSystem({ workers: 1 });
    const semaphore = new Semaphore(1, { bounded: true });
    const other = await spawn(system, worker);
    await other.ask.permit(semaphore);
    const wait = semaphore.acquire();
    await end(other, death);
    using guard = await within(10_000, "the permit", wait);
    assertEquals([guard.abandoned, semaphore.available], [true, 0]);
  },
);

Deno.test.each(ENDS)(
  "RwLock gives on the lock of a writer whose $worker worker has ended, abandoned: $death",
  async ({ death, worker }) => {
    await using system = new ActorSystem({ workers: 1 });
    const lock = new RwLock();
    const other = await spawn(system, worker);
    await other.ask.write(lock);
    const [read, write] = [lock.acquireRead(), lock.acquireWrite()];
    await end(other, death);
    const reading = await within(10_000, "the reader", read);
    reading.release();
    using writing = await within(10_000, "the writer", write);
    assertEquals([reading.abandoned, writing.abandoned], [true, true]);
    writing.release();
    assertEquals(lock.tryAcquireRead()?.abandoned, false);
  },
);

Deno.test("RwLock lets a writer in when a reader's thread has ended", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const lock = new RwLock();
  const other = await spawn(system, "web");
  await other.ask.read(lock);
  const wait = lock.acquireWrite();
  other.tell.die("close");
  using guard = await within(10_000, "the writer", wait);
  assertEquals(guard.abandoned, false);
});

Deno.test("RwLock lets a reader in when a waiting writer's thread has ended", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const lock = new RwLock();
  using _guard = await lock.acquireRead();
  const other = await spawn(system, "web");
  void other.ask.write(lock).catch(() => {});
  await until(10_000, "the writer", () => isAwaitedByWriter(lock));
  const wait = lock.acquireRead();
  other.tell.die("close");
  (await within(10_000, "the reader", wait)).release();
});

const SHORT_WAITS: ShortWaits[] = ["blocked", "blocked, with pauses", "async"];
Deno.test.each(SHORT_WAITS.map((how) => ({ how })))(
  "Short waits, $how, notice the end of the thread that holds what they wait for",
  async ({ how }) => {
    await using system = new ActorSystem({ workers: 3 });
    const [mutex, semaphore, rwLock] = [new Mutex(), new Semaphore(1), new RwLock()];
    const other = await spawn(system, "web");
    await Promise.all([
      other.ask.lock(mutex),
      other.ask.permit(semaphore),
      other.ask.write(rwLock),
    ]);
    const takes = [mutex, semaphore, rwLock].map((held) => system.run(takeInShortWaits, held, how));
    other.tell.die("close");
    assertEquals(await within(10_000, "the takes", Promise.all(takes)), [true, true, true]);
  },
);

Deno.test("RwLock: a writer whose thread was killed while it waited slows no reader", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const lock = new RwLock();
  const other = await spawn(system, "thread");
  const guard = await lock.acquireRead();
  other.tell.writeSync(lock);
  await until(10_000, "the writer", () => isAwaitedByWriter(lock));
  await other.terminate();
  guard.release();
  const words = new Int32Array(new SharedArrayBuffer(8));
  const reads = system.run(readAndWrite, lock, words, 200, false);
  assertEquals(await within(10_000, "200 reads", reads), 0);
});

Deno.test.each([{ name: "Semaphore" as const }, { name: "RwLock" as const }])(
  "$name: a blocked thread goes on when the holder's thread has ended",
  async ({ name }) => {
    await using system = new ActorSystem({ workers: 1 });
    const held = name === "RwLock" ? new RwLock() : new Semaphore(1);
    const words = new Int32Array(new SharedArrayBuffer(4));
    const other = await spawn(system, "web");
    if (held instanceof RwLock) await other.ask.write(held);
    else await other.ask.permit(held);
    const wait = system.run(takeHeldSync, held, words);
    await until(10_000, "the wait", () => Atomics.load(words, 0) === 1);
    other.tell.die("close");
    assertEquals(await within(10_000, "the blocked", wait), true);
  },
);

Deno.test.each(ENDS)(
  "Barrier is broken when a party's $worker worker ends: $death",
  async ({ death, worker }) => {
    await using system = new ActorSystem({ workers: 1 });
    const barrier = new Barrier(3);
    const other = await spawn(system, worker);
    void other.ask.waitAt(barrier).catch(() => {});
    await until(10_000, "the party", () => barrier.waiting === 1);
    const wait = barrier.wait();
    await end(other, death);
    await assertRejects(() => within(10_000, "the barrier", wait), BrokenBarrierError);
  },
);

Deno.test("Barrier: a blocked party hears of the end of another", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const barrier = new Barrier(3);
  const words = new Int32Array(new SharedArrayBuffer(4));
  const other = await spawn(system, "web");
  void other.ask.waitAt(barrier).catch(() => {});
  const wait = system.run(waitAtSync, barrier, words);
  await until(10_000, "the parties", () => barrier.waiting === 2);
  other.tell.die("exit");
  assertEquals(await within(10_000, "the blocked", wait), "BrokenBarrierError");
});

Deno.test.each(ENDS)(
  "Condition.wait() goes on when the $worker worker that holds the lock ends: $death",
  async ({ death, worker }) => {
    await using system = new ActorSystem({ workers: 1 });
    const condition = new Condition();
    using guard = await condition.lock.acquire();
    const wait = condition.wait();
    const other = await spawn(system, worker);
    await other.ask.hold(condition);
    condition.notify();
    await end(other, death);
    assertEquals(await within(10_000, "the wait", wait), true);
    assertEquals(guard.abandoned, true);
    assertEquals(condition.lock.tryAcquire(), undefined);
  },
);

Deno.test("Condition: a notification of a thread that has ended goes to the next one that waited", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const condition = new Condition();
  const words = new Int32Array(new SharedArrayBuffer(4));
  const other = await spawn(system, "web");
  void other.ask.waitFor(condition).catch(() => {});
  // Notified while it is blocked, it cannot go on before it is told to end.
  other.tell.block(300);
  other.tell.die("close");
  const wait = system.run(awaitConditionSync, condition, words);
  await until(10_000, "the wait", () => Atomics.load(words, 0) === 1);
  using guard = await condition.lock.acquire();
  condition.notify();
  guard.release();
  assertEquals(await within(10_000, "the blocked", wait), [true, true]);
});

Deno.test("Whatever a thread is doing when it is killed, others can go on with what it used", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const tools = {
    semaphore: new Semaphore(1, { bounded: true }),
    rwLock: new RwLock(),
    condition: new Condition(),
    event: new SharedEvent(),
  };
  for (let round = 0; round < 5; round++) {
    const words = new Int32Array(new SharedArrayBuffer(4));
    const hammers = [
      await system.spawn(hammer, tools, words),
      await system.spawn(hammer, tools, words),
    ];
    for (const each of hammers) each.tell.start();
    await until(10_000, "the hammers", () => Atomics.load(words, 0) > 300 * round);
    await Promise.all(hammers.map((each) => each.terminate()));
    const own = async () => {
      (await tools.semaphore.acquire()).release();
      (await tools.rwLock.acquireWrite()).release();
      using _guard = await tools.condition.lock.acquire();
      await tools.condition.wait({ timeoutMs: 0 });
    };
    await within(10_000, `round ${round}`, own());
    assertEquals(tools.semaphore.available, 1);
  }
});
