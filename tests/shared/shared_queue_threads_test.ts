import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../mod.ts";
import { SharedQueue, SharedValue } from "../../shared/mod.ts";
import { DEATHS } from "../fixtures/deaths.ts";
import {
  blockOn,
  consume,
  consumeImpatiently,
  consumeSync,
  type Item,
  produce,
  produceSync,
  queueVictim,
  textOf,
} from "../fixtures/shared_queue_tasks.ts";
import { until, within } from "../testing.ts";

const SIZES = [{ capacity: 1 }, { capacity: 3 }, { byteLength: 100 }, { byteLength: 2 ** 16 }]
  .map((options) => ({ options, text: JSON.stringify(options) }));

/** Fails unless each receiver saw each sender's items in order, and each item came to exactly one. */
function assertOnceInOrder(received: Item[][], senders: number, count: number): void {
  for (let sender = 0; sender < senders; sender++) {
    const own = received.map((items) => items.filter((item) => item[0] === sender));
    for (const items of own) {
      const indexes = items.map(([, index]) => index);
      assertEquals(indexes, indexes.toSorted((a, b) => a - b), `order of ${sender}`);
    }
    const all = own.flat().toSorted(([, a], [, b]) => a - b);
    const expected = Array.from({ length: count }, (_, i): Item => [sender, i, textOf(i)]);
    assertEquals(all, expected, `items of ${sender}`);
  }
}

Deno.test("SharedQueue keeps the order of each sender, each item once, blocking", async (t) => {
  await using system = new ActorSystem({ workers: 4 });
  for (const { options, text } of SIZES) {
    await t.step(text, async () => {
      const queue = new SharedQueue<Item>(options);
      const received = [system.run(consumeSync, queue), system.run(consumeSync, queue)];
      const sent = [0, 1].map((sender) => system.run(produceSync, queue, sender, 1_000));
      await within(20_000, "the senders", Promise.all(sent));
      queue.close();
      assertOnceInOrder(await within(10_000, "the receivers", Promise.all(received)), 2, 1_000);
    });
  }
});

Deno.test("SharedQueue keeps the order of each sender, each item once, not blocking", async (t) => {
  await using system = new ActorSystem({ workers: 3 });
  for (const { options, text } of SIZES) {
    await t.step(text, async () => {
      const queue = new SharedQueue<Item>(options);
      const received = [system.run(consume, queue), system.run(consume, queue)];
      const own = (async () => {
        const items: Item[] = [];
        for await (const item of queue) items.push(item);
        return items;
      })();
      await within(20_000, "the sender", system.run(produce, queue, 0, 1_000));
      queue.close();
      const items = await within(10_000, "the receivers", Promise.all([...received, own]));
      assertOnceInOrder(items, 1, 1_000);
    });
  }
});

Deno.test("SharedQueue.receive() that is given up all the time loses nothing", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const queue = new SharedQueue<Item>({ capacity: 5 });
  const received = [0, 1].map(() => system.run(consumeImpatiently, queue));
  await within(20_000, "the sender", system.run(produce, queue, 0, 1_000));
  queue.close();
  assertOnceInOrder(await within(10_000, "the receivers", Promise.all(received)), 1, 1_000);
});

Deno.test.each([{ how: "send" as const }, { how: "receive" as const }])(
  "SharedQueue.close() ends a blocking $how in another thread",
  async ({ how }) => {
    await using system = new ActorSystem({ workers: 1 });
    const queue = new SharedQueue<string>({ capacity: 1 });
    if (how === "send") queue.sendSync("fills it");
    const begun = new SharedValue("i32");
    const ended = system.run(blockOn, queue as SharedQueue<unknown>, how, begun);
    await until(20_000, "the wait", () => begun.value === 1);
    queue.close();
    assertEquals(await within(20_000, "its end", ended), "ChannelClosedError");
  },
);

Deno.test("SharedQueue wakes a blocking receive by an async send", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const queue = new SharedQueue<string>();
  for (let round = 0; round < 50; round++) {
    const begun = new SharedValue("i32");
    const received = system.run(blockOn, queue as SharedQueue<unknown>, "receive", begun);
    await until(20_000, "the wait", () => begun.value === 1);
    await queue.send(`item ${round}`);
    assertEquals(await within(20_000, "the item", received), `item ${round}`);
  }
});

Deno.test.each(DEATHS.map((how) => ({ how })))(
  "SharedQueue goes on when a sender ends ($how) in the middle of a write",
  async ({ how }) => {
    await using system = new ActorSystem({ workers: 1 });
    const queue = new SharedQueue<unknown>({ byteLength: 200 });
    const victim = await system.spawn(queueVictim);
    victim.tell.dieInWrite(queue, ["before", { n: 1 }], how);
    await within(20_000, "the end of the thread", victim.exited);
    await within(10_000, "the next send", queue.send("after"));
    for (let round = 0; round < 20; round++) {
      queue.sendSync(["after", round]);
      if (round === 0) assertEquals(queue.receiveSync(), "before");
      else if (round === 1) assertEquals(queue.receiveSync(), { n: 1 });
      else if (round === 2) assertEquals(queue.receiveSync(), "after");
      else assertEquals(queue.receiveSync(), ["after", round - 3]);
    }
  },
);

Deno.test.each(DEATHS.map((how) => ({ how })))(
  "SharedQueue gives nothing to a receiver whose thread has ended ($how)",
  async ({ how }) => {
    await using system = new ActorSystem({ workers: 1 });
    const queue = new SharedQueue<unknown>();
    const victim = await system.spawn(queueVictim);
    const asked = victim.ask.waitForItem(queue).catch(() => "lost");
    victim.tell.die(how);
    await within(20_000, "the end of the thread", victim.exited);
    await asked;
    for (const item of [1, 2, 3]) await queue.send(item);
    assertEquals([await queue.receive(), queue.receiveSync(), queue.size()], [1, 2, 1]);
  },
);
