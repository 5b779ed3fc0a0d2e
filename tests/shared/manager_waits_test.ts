import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type ActorRef,
  ActorStoppedError,
  ActorSystem,
  ChannelClosedError,
  HostLostError,
  Queue,
  type RefOf,
} from "../../mod.ts";
import { BrokenBarrierError, Manager } from "../../shared/mod.ts";
import { DEATHS } from "../fixtures/deaths.ts";
import { client } from "../fixtures/managed_client.ts";
import { gate, killer } from "../fixtures/managed_custom.ts";
import { relayItems } from "../fixtures/managed_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

type Client = RefOf<typeof client>;

const WAITS = ["receive", "acquire", "wait"] as const;

/** Three actors that wait in a managed queue, a lock and a barrier. */
async function threeWaits(system: ActorSystem, manager: Manager) {
  const queue = await manager.queue<string>();
  const lock = await manager.lock();
  const barrier = await manager.barrier(2);
  const guard = await lock.acquire();
  using begun = new Queue<string>();
  const settled: string[] = [];
  const waiters: Client[] = [];
  const results: Promise<unknown>[] = [];
  for (const [index, handle] of [queue, lock, barrier].entries()) {
    const waiter = await system.spawn(client);
    waiters.push(waiter);
    const result = waiter.ask.wait(handle, WAITS[index]!, begun);
    results.push(result.finally(() => settled.push(WAITS[index]!)));
    result.catch(() => {});
    assertEquals(await within(20_000, "the wait", begun.receive()), WAITS[index]);
  }
  return { queue, lock, barrier, guard, settled, waiters, results };
}

simulated(
  "Clients that wait in a queue, a lock and a barrier delay no push of another",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using manager = new Manager({ system });
    const list = await manager.list<number>();
    const { queue, barrier, guard, settled, results } = await threeWaits(system, manager);
    for (let n = 1; n <= 20; n++) assertEquals(await list.push(n), n);
    const other = await system.spawn(client);
    assertEquals(await other.ask.use(list, "push", 21), 21);
    assertEquals(settled, []);
    await queue.send("item");
    guard.release();
    const [item, , index] = await within(
      5_000,
      "the waits",
      Promise.all([results[0], results[1]!.catch(() => {}), results[2], barrier.wait()]),
    );
    assertEquals([item, index], ["item", 0]);
  },
);

simulated("A call that does not end delays no call of another client", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const list = await manager.list<number>();
  const own = await manager.register(gate)();
  const slow = own.wait();
  const client1 = await system.spawn(client);
  assertEquals(await client1.ask.use(list, "push", 1), 1);
  assertEquals(await list.push(2), 2);
  await own.open();
  assertEquals(await slow, "opened");
});

simulated("Manager.stop() rejects all that wait on other threads", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const manager = new Manager({ system });
  const { results } = await threeWaits(system, manager);
  await within(15_000, "the stop", manager.stop());
  const [received, acquired, met] = await within(10_000, "the waits", Promise.all(results));
  assertInstanceOf(received, ChannelClosedError);
  assertInstanceOf(acquired, ActorStoppedError);
  assertInstanceOf(met, ActorStoppedError);
});

simulated("Manager.stop() rejects all that wait on its own thread's side", async () => {
  const manager = new Manager();
  const queue = await manager.queue();
  const full = await manager.queue<number>({ capacity: 1 });
  const [lock, barrier] = [await manager.lock(), await manager.barrier(2)];
  await lock.acquire();
  await full.send(1);
  const waits = [queue.receive(), full.send(2), lock.acquire(), barrier.wait()];
  const outcomes = Promise.allSettled(waits);
  await queue.size();
  await within(15_000, "the stop", manager.stop());
  for (const outcome of await within(10_000, "the waits", outcomes)) {
    assertEquals(outcome.status, "rejected");
  }
});

simulated("Manager.stop() ends an item loop on another thread with an error", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const manager = new Manager({ system });
  const [from, to] = [await manager.queue<number>(), await manager.queue<number>()];
  const running = system.run(relayItems, from, to);
  running.catch(() => {});
  await from.send(1);
  assertEquals(await to.receive(), 1);
  await manager.stop();
  const outcome = await within(10_000, "the loop", running.then(() => "ended", () => "failed"));
  assert(["ended", "failed"].includes(outcome));
});

simulated.each(DEATHS.map((death) => ({ death })))(
  "All that wait for a manager are rejected when its thread ends: $death",
  async ({ death }) => {
    await using system = new ActorSystem({ workers: 1 });
    await using manager = new Manager({ system });
    const { results, queue, lock } = await threeWaits(system, manager);
    const create = manager.register(killer);
    const [own, other] = [await create(), await create()];
    const list = await manager.list();
    const here = [queue.receive(), lock.acquire(), own.wait(), other.die(death)];
    const outcomes = Promise.allSettled(here);
    const errors = await within(10_000, "the waits", Promise.all(results));
    const causes = errors.map((error) => error instanceof ChannelClosedError ? error.cause : error);
    for (const cause of causes) assertInstanceOf(cause, HostLostError);
    for (const outcome of await within(10_000, "the calls", outcomes)) {
      assertEquals(outcome.status, "rejected");
    }
    await assertRejects(() => within(10_000, "a refusal", list.push(1)));
  },
);

simulated(
  "A client terminated while it waits in a queue gets no item: the next one does",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using manager = new Manager({ system });
    for (let round = 0; round < 8; round++) {
      using queue = await manager.queue<number>();
      using begun = new Queue<string>();
      const first = await system.spawn(client);
      const waiting = first.ask.wait(queue, "receive", begun);
      waiting.catch(() => {});
      await begun.receive();
      await first.terminate();
      // The manager may not have heard of the end yet.
      await queue.send(round);
      assertEquals(await within(15_000, "the item", queue.receive()), round);
      await assertRejects(() => waiting);
    }
  },
);

Deno.test("A client terminated while it holds a lock gives it up", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  using lock = await manager.lock();
  using begun = new Queue<string>();
  const holder = await system.spawn(client);
  holder.ask.hold(lock, begun).catch(() => {});
  assertEquals(await begun.receive(), "held");
  await holder.terminate();
  using guard = await within(15_000, "the lock", lock.acquire());
  assertEquals(guard.abandoned, true);
});

simulated("ManagedLock.tryAcquire() gives a guard only when the lock is free", async () => {
  await using manager = new Manager();
  using lock = await manager.lock();
  const guard = await lock.tryAcquire();
  assertEquals(await lock.tryAcquire(), undefined);
  guard!.release();
  using again = await lock.tryAcquire();
  assert(again !== undefined);
});

simulated("ManagedLock.release() works from any thread", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  using lock = await manager.lock();
  await lock.acquire();
  const other = await system.spawn(client);
  await other.ask.use(lock, "release");
  using guard = await within(10_000, "the lock", lock.acquire());
  assertEquals(guard.abandoned, false);
  await assertRejects(async () => {
    await other.ask.use(lock, "release");
    await lock.release();
  }, Error);
});

const LIMITED: { what: string; wait: (manager: Manager, limits: object) => Promise<unknown> }[] = [
  { what: "receive", wait: async (manager, limits) => (await manager.queue()).receive(limits) },
  {
    what: "join",
    wait: async (manager, limits) => {
      const queue = await manager.queue();
      await queue.send(1);
      await queue.join(limits);
    },
  },
  {
    what: "acquire",
    wait: async (manager, limits) => {
      const lock = await manager.lock();
      await lock.acquire();
      await lock.acquire(limits);
    },
  },
  { what: "wait", wait: async (manager, limits) => (await manager.barrier(2)).wait(limits) },
];

simulated.each(LIMITED)("A managed $what() ends with a TimeoutError", async ({ wait }) => {
  await using manager = new Manager();
  for (const timeoutMs of [0, 5]) {
    const error = await assertRejects(() => wait(manager, { timeoutMs }), DOMException);
    assertEquals(error.name, "TimeoutError");
  }
  await assertRejects(() => wait(manager, { timeoutMs: -1 }), RangeError);
});

simulated.each(LIMITED)(
  "A managed $what() ends with the reason of its signal",
  async ({ wait }) => {
    await using manager = new Manager();
    const reason = new RangeError("given up");
    await assertRejects(() => wait(manager, { signal: AbortSignal.abort(reason) }), RangeError);
    const controller = new AbortController();
    const waiting = assertRejects(() => wait(manager, { signal: controller.signal }), RangeError);
    await manager.size();
    controller.abort(reason);
    await within(10_000, "the rejection", waiting);
  },
);

simulated("ManagedBarrier lets parties of several threads go on, each with its index", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  using barrier = await manager.barrier(3);
  using begun = new Queue<string>();
  const parties: ActorRef<unknown>[] = [];
  const waits = [];
  for (let n = 0; n < 2; n++) {
    const party = await system.spawn(client);
    parties.push(party);
    waits.push(party.ask.wait(barrier, "wait", begun));
  }
  waits.push(barrier.wait());
  const indexes = await within(20_000, "the parties", Promise.all(waits));
  assertEquals(indexes.sort(), [0, 1, 2]);
});

simulated("ManagedBarrier.abort() breaks it for all, reset() makes it whole", async () => {
  await using manager = new Manager();
  using barrier = await manager.barrier(2);
  const waiting = assertRejects(() => barrier.wait(), BrokenBarrierError);
  await manager.size();
  await barrier.abort();
  await within(10_000, "the wait", waiting);
  await assertRejects(() => barrier.wait(), BrokenBarrierError);
  await barrier.reset();
  assertEquals((await Promise.all([barrier.wait(), barrier.wait()])).sort(), [0, 1]);
});

simulated("ManagedQueue has the verbs of Queue", async () => {
  await using manager = new Manager();
  using queue = await manager.queue<number>({ capacity: 2 });
  await queue.send(1);
  assertEquals([await queue.trySend(2), await queue.trySend(3)], [true, false]);
  assertEquals(await queue.size(), 2);
  assertEquals(await queue.tryReceive(), { state: "ok", value: 1 });
  const joined = queue.join();
  await queue.done();
  await queue.receive();
  await queue.done();
  await within(10_000, "join()", joined);
  await queue.send(4);
  await queue.close();
  assertEquals(await Array.fromAsync(queue), [4]);
  await assertRejects(() => queue.send(5), ChannelClosedError);
});

simulated("ManagedQueue outlives the thread that made its items", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  using queue = await manager.queue<string>();
  const sender = await system.spawn(client);
  await sender.ask.use(queue, "send", "hello");
  await sender.terminate();
  assertEquals(await within(10_000, "the item", queue.receive()), "hello");
});
