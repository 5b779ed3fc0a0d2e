import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, pipe, Pool, Queue, transfer } from "../../mod.ts";
import { Manager } from "../../shared/mod.ts";
import { giver, maker, neighbour, taker, tooLarge } from "../fixtures/large.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

simulated(
  "A message whose text would be too long is refused by size where it is sent",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(giver);
    const other = await system.spawn(neighbour);
    await using pool = new Pool({ system, workers: 1 });
    await using manager = new Manager({ system });
    const list = await manager.list<unknown>();
    const large = tooLarge();
    using queue = new Queue<unknown>();
    const [near, far] = pipe<unknown, unknown>();
    const counted = other.ask.add();
    const sends: Record<string, () => unknown> = {
      ask: () => ref.ask.take(large),
      tell: async () => await ref.tell.take(large),
      stream: () => Array.fromAsync(ref.stream.stream(large)),
      spawn: () => system.spawn(giver, large),
      run: () => system.run(taker, large),
      "pool.run": () => pool.run(taker, large),
      "pool.map": () => pool.map(taker, [1, large]),
      queue: () => queue.send(large),
      pipe: () => near.send(large),
      manager: () => list.push(large),
    };
    for (const [route, send] of Object.entries(sends)) {
      const sent = async () => await send();
      const error = await assertRejects(() => within(60_000, route, sent()), RangeError);
      assertMatch(
        error.message,
        /^Cannot send \w+: .* too large: its text has more than \d+ char/,
        route,
      );
    }
    near.close();
    far.close();
    assertEquals([await counted, await other.ask.add()], [1, 2]);
  },
);

simulated("A result whose text would be too long fails its own ask, and nothing else", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(giver);
  const other = await system.spawn(neighbour);
  const counted = other.ask.add();
  await assertRejects(() => ref.ask.give(), RangeError, "Cannot send reply: result is too large");
  await assertRejects(() => ref.ask.fail(), RangeError, "Cannot send error: error is too large");
  await assertRejects(() => system.run(maker), RangeError, "Cannot send reply");
  const values = ref.stream.stream();
  assertEquals((await values.next()).value, 1);
  await assertRejects(() => values.next(), RangeError, "Cannot send stream value");
  assertEquals([await counted, await other.ask.add()], [1, 2]);
});

simulated("What is too large to tell is replaced by that it is: reasons and failures", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(giver);
  const other = await system.spawn(neighbour);
  const ending = await system.spawn(giver.with({ onError: "stop" }));
  const counted = other.ask.add();
  const failed = Promise.withResolvers<unknown>();
  system.addEventListener("error", ({ detail: { error } }) => failed.resolve(error));
  ref.tell.fail();
  assertMatch(String(await within(10_000, "the failure", failed.promise)), /error is too large/);
  await assertRejects(() => ending.ask.fail(), RangeError);
  const reason = await within(10_000, "the end", ending.exited);
  assertMatch(String(reason.kind === "error" && reason.error), /error is too large/);
  const controller = new AbortController();
  const aborted = ref.ask.reasonOf(controller.signal);
  await other.ask.add();
  controller.abort(tooLarge());
  assertMatch(await within(10_000, "the abort", aborted), /reason is too large/);
  assertEquals([await counted, await other.ask.add()], [1, 3]);
});

Deno.test.each([{ workers: 0 }, { workers: 1 }])(
  "A MessagePort that is listened to is refused where it is sent, workers: $workers",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(giver);
    const other = await system.spawn(neighbour);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {};
    port2.start();
    const counted = other.ask.add();
    for (const port of [port1, port2]) {
      const refusal = "args[0] is given a MessagePort to move that is listened to already";
      await assertRejects(() => ref.ask.take(transfer(port, [port])), TypeError, refusal);
      assertThrows(() => ref.tell.take(transfer({ port }, [port])), TypeError, refusal);
    }
    assertEquals(await counted, 1);
    port1.close();
    port2.close();
  },
);
