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

type End = Death | "terminate";

const ENDS = (["web", "thread"] as const).flatMap((worker) =>
  ([...DEATHS, "terminate"] as const).map((death: End) => ({ worker, death }))
);

const spawn = (system: ActorSystem, worker: "web" | "thread") =>
  system.spawn(party.with({ own: { worker } }));

type Party = Awaited<ReturnType<typeof spawn>>;

/** Whether a writer waits for a lock that is read: no reader comes in then. */
function isAwaitedByWriter(lock: RwLock): boolean {
  using guard = lock.tryAcquireRead();
  return guard === undefined;
}

async function end(other: Party, death: End): Promise<void> {
  if (death === "terminate") await other.terminate();
  else other.tell.die(death);
}

/**
 * What a thread holds that is going to end: takes it there, and has this thread wait. Gives what has to be true after
 * the end; all of them end with the same thread, because it takes longer to start one than all the rest.
 */
const HELD: Record<string, (other: Party) => Promise<() => Promise<void>>> = {
  async "Mutex.acquire() goes on, and sees it"(other) {
    const mutex = new Mutex();
    await other.ask.lock(mutex);
    const waits = [mutex.acquire(), mutex.acquire()];
    return async () => {
      using first = await within(10_000, "the first", waits[0]!);
      assertEquals(first.abandoned, true);
      first.release();
      using second = await within(10_000, "the second", waits[1]!);
      assertEquals(second.abandoned, false);
    };
  },
  async "Semaphore gives on the permit, abandoned"(other) {
    const semaphore = new Semaphore(1, { bounded: true });
    await other.ask.permit(semaphore);
    const wait = semaphore.acquire();
    return async () => {
      using guard = await within(10_000, "the permit", wait);
      assertEquals([guard.abandoned, semaphore.available], [true, 0]);
    };
  },
  async "RwLock gives on the lock of the writer, abandoned"(other) {
    const lock = new RwLock();
    await other.ask.write(lock);
    const [read, write] = [lock.acquireRead(), lock.acquireWrite()];
    return async () => {
      const reading = await within(10_000, "the reader", read);
      reading.release();
      using writing = await within(10_000, "the writer", write);
      assertEquals([reading.abandoned, writing.abandoned], [true, true]);
      writing.release();
      assertEquals(lock.tryAcquireRead()?.abandoned, false);
    };
  },
  async "Barrier is broken when it was a party"(other) {
    const barrier = new Barrier(3);
    void other.ask.waitAt(barrier).catch(() => {});
    await until(10_000, "the party", () => barrier.waiting === 1);
    const refused = assertRejects(
      () => within(10_000, "the barrier", barrier.wait()),
      BrokenBarrierError,
    );
    return async () => void await refused;
  },
  async "Condition.wait() goes on when it held the lock"(other) {
    const condition = new Condition();
    const guard = await condition.lock.acquire();
    const wait = condition.wait();
    await other.ask.hold(condition);
    condition.notify();
    return async () => {
      using _guard = guard;
      assertEquals(await within(10_000, "the wait", wait), true);
      assertEquals(guard.abandoned, true);
      assertEquals(condition.lock.tryAcquire(), undefined);
    };
  },
};

Deno.test.each(ENDS)(
  "What a $worker worker held is held by nobody when it has ended: $death",
  async ({ death, worker }) => {
    await using system = new ActorSystem({ workers: 1 });
    const other = await spawn(system, worker);
    const held = await Promise.all(
      Object.entries(HELD).map(async ([what, hold]) => ({ what, check: await hold(other) })),
    );
    await end(other, death);
    for (const { what, check } of held) {
      await check().catch((cause) => {
        throw new Error(`Not so: ${what}`, { cause });
      });
    }
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
Deno.test("Short waits notice the end of the thread that holds what they wait for", async (t) => {
  await using system = new ActorSystem({ workers: 3 });
  for (const how of SHORT_WAITS) {
    await t.step(how, async () => {
      const [mutex, semaphore, rwLock] = [new Mutex(), new Semaphore(1), new RwLock()];
      const other = await spawn(system, "web");
      await Promise.all([
        other.ask.lock(mutex),
        other.ask.permit(semaphore),
        other.ask.write(rwLock),
      ]);
      const takes = [mutex, semaphore, rwLock].map((held) =>
        system.run(takeInShortWaits, held, how)
      );
      other.tell.die("close");
      assertEquals(await within(10_000, "the takes", Promise.all(takes)), [true, true, true]);
    });
  }
});

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
