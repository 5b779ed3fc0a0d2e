import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, pipe, Pool, Queue } from "../../mod.ts";
import { type Managed, type ManagedList, Manager } from "../../shared/mod.ts";
import { client } from "../fixtures/managed_client.ts";
import { calculator, keeper } from "../fixtures/managed_custom.ts";
import { forward, giveBack, push, pushReceived } from "../fixtures/managed_tasks.ts";
import { DEATHS } from "../fixtures/deaths.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { until, within } from "../testing.ts";

/** Waits until a manager has so many objects. */
async function untilSize(manager: Manager, size: number): Promise<void> {
  await until(20_000, `${size} objects`, async () => await manager.size() === size);
}

simulated("Manager.size() counts objects until their handles are disposed", async () => {
  await using manager = new Manager();
  {
    using _list = await manager.list();
    using _map = await manager.map();
    using _lock = await manager.lock();
    assertEquals(await manager.size(), 3);
  }
  assertEquals(await manager.size(), 0);
});

simulated("Manager.size() is what it was after 100 rounds of objects of all kinds", async () => {
  await using manager = new Manager();
  using kept = await manager.list<unknown>();
  for (let round = 0; round < 100; round++) {
    using list = await manager.list<unknown>([round]);
    using map = await manager.map([["list", list]]);
    using set = await manager.set([map]);
    using value = await manager.value(set);
    using space = await manager.namespace({ value });
    using queue = await manager.queue();
    using lock = await manager.lock();
    using barrier = await manager.barrier(2);
    using own = await manager.register(calculator)();
    await list.push(space);
    await kept.push(list, queue, lock, barrier, own);
    if (round % 20 === 0) assertEquals(await manager.size(), 10);
    await kept.clear();
  }
  assertEquals(await manager.size(), 1);
});

simulated("Manager frees lists within lists, 100 rounds", async () => {
  await using manager = new Manager();
  using outer = await manager.list<ManagedList<number>>();
  for (let round = 0; round < 100; round++) {
    {
      using inner = await manager.list([round]);
      await outer.push(inner);
    }
    assertEquals(await manager.size(), 2);
    await outer.clear();
    assertEquals(await manager.size(), 1);
  }
});

simulated(
  "Manager frees a list that contains itself, and circles of several, 100 rounds",
  async () => {
    await using manager = new Manager();
    for (let round = 0; round < 100; round++) {
      using own = await manager.list<unknown>();
      await own.push(own, { deep: [own] });
      using one = await manager.map<string, unknown>();
      using other = await manager.set<unknown>([one]);
      await one.set("other", other);
      if (round % 10 === 0) assertEquals(await manager.size(), 3);
    }
    assertEquals(await manager.size(), 0);
  },
);

simulated("Manager keeps what only another object reaches", async () => {
  await using manager = new Manager();
  using outer = await manager.list<unknown>();
  {
    using inner = await manager.list(["kept"]);
    await outer.push({ at: [new Map([["depth", inner]])] });
  }
  assertEquals(await manager.size(), 2);
  const [{ at: [map] }] = await outer.toArray() as [{ at: [Map<string, ManagedList<string>>] }];
  using inner = map.get("depth")!;
  assertEquals(await inner.toArray(), ["kept"]);
});

simulated("Manager frees nothing that is in use while many objects are made at once", async () => {
  await using manager = new Manager();
  using outer = await manager.list<ManagedList<number>>();
  await Promise.all(Array.from({ length: 300 }, async (_, n) => {
    using inner = await manager.list([n]);
    using _unused = await manager.map();
    await outer.push(inner);
  }));
  assertEquals(await manager.size(), 301);
  const numbers = (await outer.toArray()).map(async (inner) => {
    using own = inner;
    return await own.at(0);
  });
  const sorted = (await Promise.all(numbers)).sort((a, b) => a! - b!);
  assertEquals(sorted, Array.from({ length: 300 }, (_, n) => n));
});

simulated("A handle that pop() gives is held by who has it", async () => {
  await using manager = new Manager();
  using outer = await manager.list<ManagedList<number>>();
  {
    using inner = await manager.list([1]);
    await outer.push(inner);
  }
  {
    using popped = (await outer.pop())!;
    assertEquals(await manager.size(), 2);
    assertEquals(await popped.toArray(), [1]);
  }
  assertEquals(await manager.size(), 1);
});

simulated("A handle on a queue is alive though its sender has disposed its own", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });
  using queue = new Queue<unknown>();
  using outer = await manager.list<ManagedList<unknown>>();
  const sender = await system.spawn(client);
  for (let round = 0; round < 20; round++) {
    {
      using list = await manager.list<unknown>();
      await outer.push(list);
      await sender.ask.forward(list, queue);
    }
    await outer.clear();
    await untilSize(manager, 2); // What the sender gave up may come after what it has sent.
    using received = await queue.receive() as ManagedList<unknown>;
    assertEquals(await received.push("arrived"), 1);
  }
  await untilSize(manager, 1);
});

simulated(
  "A handle on a queue of its own thread is alive though its sender has disposed its own",
  async () => {
    await using manager = new Manager();
    using queue = new Queue<ManagedList<number>>();
    {
      using list = await manager.list([1]);
      await queue.send(list);
    }
    assertEquals(await manager.size(), 1);
    {
      using received = await queue.receive();
      assertEquals(await received.toArray(), [1]);
    }
    assertEquals(await manager.size(), 0);
  },
);

simulated("A handle in a queue goes on to another worker", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });
  using queue = new Queue<ManagedList<unknown>>();
  using list = await manager.list<unknown>();
  const received = system.run(pushReceived, queue, "from there");
  await system.run(forward, list, queue);
  await within(20_000, "the other worker", received);
  assertEquals(await list.toArray(), ["from there"]);
});

simulated("A handle in a pipe is alive though its sender has disposed its own", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });
  const [near, far] = pipe<unknown, ManagedList<unknown>>();
  {
    using list = await manager.list<unknown>(["piped"]);
    await system.run(forward, list, far);
  }
  assertEquals(await manager.size(), 1);
  using received = await near.receive() as ManagedList<unknown>;
  assertEquals(await received.toArray(), ["piped"]);
  near.close();
});

simulated(
  "A handle in a managed queue is alive though its sender has disposed its own",
  async () => {
    await using manager = new Manager();
    using queue = await manager.queue<ManagedList<number>>();
    await queue.size();
    {
      using list = await manager.list([1]);
      await queue.send(list);
    }
    assertEquals(await manager.size(), 2);
    using received = await queue.receive();
    assertEquals(await received.toArray(), [1]);
  },
);

simulated("A handle that is an argument of a pool's task may be disposed at once", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using pool = new Pool({ system, workers: 2 });
  await using manager = new Manager({ system });
  using all = await manager.list<unknown>();
  for (let round = 0; round < 20; round++) {
    using list = await manager.list<unknown>([round]);
    const run = pool.run(giveBack, list) as Promise<ManagedList<unknown>>;
    list[Symbol.dispose]();
    using back = await run;
    await all.push(await back.at(0));
  }
  assertEquals(await all.length(), 20);
});

simulated("Handles that were arguments of a pool's tasks leave nothing behind", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using manager = new Manager({ system });
  {
    await using pool = new Pool({ system, workers: 2 });
    using list = await manager.list<unknown>();
    const runs = Array.from({ length: 200 }, (_, n) => pool.run(push, list, n));
    await Promise.all(runs);
    assertEquals(await list.length(), 200);
  }
  await untilSize(manager, 0);
});

simulated.each(DEATHS.map((death) => ({ death })))(
  "Handles of a thread that ends are given up: $death",
  async ({ death }) => {
    await using system = new ActorSystem({ workers: 1 });
    await using manager = new Manager({ system });
    const holder = await system.spawn(client);
    using list = await manager.list();
    {
      using only = await manager.map();
      await holder.ask.keep(list, only);
    }
    assertEquals(await manager.size(), 2);
    await assertRejects(() => within(10_000, "the end", holder.ask.die(death)));
    await untilSize(manager, 1);
    assertEquals(await list.length(), 0);
  },
);

simulated("Handles of a terminated actor's thread are given up, 10 rounds", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  for (let round = 0; round < 10; round++) {
    const holder = await system.spawn(client);
    {
      using list = await manager.list();
      using map = await manager.map([["list", list]]);
      await holder.ask.keep(map, map);
    }
    assertEquals(await manager.size(), 2);
    await holder.terminate();
    await untilSize(manager, 0);
  }
});

simulated("A handle sent to an actor that has ended is given up", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const holder = await system.spawn(client);
  await holder.stop();
  {
    using list = await manager.list();
    await assertRejects(() => holder.ask.keep(list));
  }
  await untilSize(manager, 0);
});

simulated("A handle on a queue that is closed and discarded is given up", async () => {
  await using manager = new Manager();
  const queue = new Queue<Disposable>();
  {
    using list = await manager.list();
    await queue.send(list);
  }
  assertEquals(await manager.size(), 1);
  queue.close({ discard: true });
  await untilSize(manager, 0);
});

simulated("A handle that comes back too late is given up", async () => {
  await using manager = new Manager();
  using outer = await manager.list<Disposable>();
  for (let round = 0; round < 20; round++) {
    {
      using inner = await manager.list();
      await outer.push(inner);
    }
    const controller = new AbortController();
    const popped = outer.with({ signal: controller.signal }).pop();
    controller.abort();
    await assertRejects(() => popped, DOMException);
    using _left = await outer.pop();
  }
  await untilSize(manager, 1);
});

Deno.test("A call given up before its turn leaves the handle in it usable", async () => {
  await using manager = new Manager();
  using outer = await manager.list<unknown>();
  using inner = await manager.list(["inner"]);
  await outer.push(inner);
  const own = await manager.register(keeper)();
  const words = new Int32Array(new SharedArrayBuffer(8));
  const blocked = own.block(words);
  await until(20_000, "the block", () => Atomics.load(words, 0) === 1);
  const controller = new AbortController();
  const late = outer.with({ signal: controller.signal }).push(inner);
  await new Promise((resolve) => setTimeout(resolve, 0));
  controller.abort();
  await assertRejects(() => late, DOMException);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  await blocked;
  using again = await outer.at(0) as ManagedList<string>;
  assertEquals(await again.toArray(), ["inner"]);
});

simulated("An object of one's own keeps a handle until it disposes it", async () => {
  await using manager = new Manager();
  using own = await manager.register(keeper)();
  {
    using list = await manager.list<unknown>();
    await own.keep(list);
  }
  assertEquals(await manager.size(), 2);
  assertEquals(await own.push("from inside"), 1);
  await own.drop();
  assertEquals(await manager.size(), 1);
});

simulated("An object of one's own gets copies of what a list holds", async () => {
  await using manager = new Manager();
  using own = await manager.register(keeper)();
  await own.keep(await manager.list([1]));
  assertEquals(await own.copyThenPush(2), [1]);
});

simulated(
  "A managed list holds refs and queues, which are the same when they come out",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using manager = new Manager({ system });
    using queue = new Queue<string>();
    const ref = await system.spawn(client);
    using list = await manager.list<unknown>([ref, { queue }]);
    assertEquals(await manager.size(), 1);
    const [again, inner] = await list.toArray() as [typeof ref, { queue: Queue<string> }];
    assertEquals(again.id, ref.id);
    using back = inner.queue;
    await back.send("item");
    assertEquals(await queue.receive(), "item");
  },
);

simulated("An object of one's own ends when nobody has a handle of it", async () => {
  await using manager = new Manager();
  using list = await manager.list<Managed<unknown>>();
  {
    using own = await manager.register(calculator)();
    await list.push(own);
  }
  assertEquals(await manager.size(), 2);
  await list.clear();
  assertEquals(await manager.size(), 1);
});

programTest("Handles that nobody has any more are given up when they are collected", async () => {
  const { code, stdout, stderr } = await runProgram(
    `${import.meta.dirname}/../fixtures/managed_collect_program.ts`,
    { flags: ["--allow-read", "--no-check", "--v8-flags=--expose-gc"] },
  );
  assertEquals({ code, stdout, stderr }, { code: 0, stdout: "20 then 0\n", stderr: "" });
});

simulated("Objects of two managers hold handles of each other", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using one = new Manager({ system });
  await using other = new Manager({ system });
  using here = await one.list<unknown>(["here"]);
  {
    using there = await other.list<unknown>(["there", here]);
    await here.push(there);
  }
  assertEquals([await one.size(), await other.size()], [1, 1]);
  using there = await here.at(1) as ManagedList<unknown>;
  using back = await there.at(1) as ManagedList<unknown>;
  assertEquals([await there.at(0), await back.at(0)], ["there", "here"]);
  await back.set(0, "changed");
  assertEquals(await here.at(0), "changed");
});

simulated(
  "Managers whose objects hold handles of each other leave no lock behind, 20 rounds",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    for (let round = 0; round < 20; round++) {
      await using one = new Manager({ system });
      await using other = new Manager({ system });
      using here = await one.list<unknown>();
      using there = await other.list<unknown>([here]);
      await here.push(there);
      assertEquals([await one.size(), await other.size()], [1, 1]);
    }
  },
);

simulated("Manager.stop() of one leaves handles of another that refuse calls", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using one = new Manager({ system });
  const other = new Manager({ system });
  using list = await one.list<unknown>([await other.list()]);
  await other.stop();
  using left = await list.at(0) as ManagedList<unknown>;
  await assertRejects(() => left.length(), Error);
  assertEquals(await list.length(), 1);
});

simulated("A handle may be disposed twice, and in any thread only for that thread", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const holder = await system.spawn(client);
  using list = await manager.list(["here"]);
  await holder.ask.keep(list, list);
  await holder.ask.drop();
  assertEquals(await manager.size(), 1);
  assertEquals(await list.toArray(), ["here"]);
});
