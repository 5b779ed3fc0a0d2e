import { assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, HostLostError, pipe } from "../../mod.ts";
import { sharedMemoryTransport } from "../../shared/mod.ts";
import { blocked } from "../fixtures/late_news.ts";
import { phoenix } from "../fixtures/phoenix.ts";
import { late } from "../fixtures/slow_module.ts";
import { until, within } from "../testing.ts";

const SYSTEMS = [
  { kind: "web" },
  { kind: "thread", worker: "thread" as const },
  { kind: "web, by shared memory", transport: sharedMemoryTransport() },
];

Deno.test.each(SYSTEMS)(
  "A stream opened right after the loss of its worker yields once the actor is back ($kind)",
  async ({ kind: _, ...options }) => {
    await using system = new ActorSystem({ workers: 1, ...options });
    const ref = await system.spawn(late);
    await assertRejects(() => ref.ask.die("close"), HostLostError);
    const values = await within(10_000, "the values", Array.fromAsync(ref.stream.countdown(100)));
    assertEquals(values, Array.from({ length: 100 }, (_, n) => 100 - n));
  },
);

Deno.test(
  "What is given up before its actor is back never runs, and closes what it held",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(late);
    await assertRejects(() => ref.ask.die("close"), HostLostError);
    // Its new thread has begun by then, and loads the actor's module.
    const given = AbortSignal.timeout(250);
    const limited = ref.with({ signal: given });
    const [near, far] = pipe<number, number>();
    const left = [
      limited.ask.add(1),
      limited.ask.take(far),
      limited.stream.countdown(3).next(),
    ];
    for (const { status } of await Promise.allSettled(left)) assertEquals(status, "rejected");
    assertEquals(await within(10_000, "the actor", ref.ask.add(0)), 0);
    assertEquals(await within(10_000, "the end of the pipe", Array.fromAsync(near)), []);
  },
);

Deno.test.each(SYSTEMS)(
  "Asks of an actor on a thread that has ended, by one who has not heard of it, fail once ($kind)",
  async ({ kind: _, ...options }) => {
    await using system = new ActorSystem({ workers: 2, ...options });
    const asker = await system.spawn(blocked);
    const ref = await system.spawn(phoenix, 0);
    const words = new Int32Array(new SharedArrayBuffer(8));
    const asked = asker.ask.ask(ref, words);
    await until(10_000, "the asker to block", () => Atomics.load(words, 0) === 1);
    await assertRejects(() => ref.ask.die("close"), HostLostError);
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
    assertEquals(await within(10_000, "the asks", asked), ["HostLostError", "1", "2"]);
  },
);

Deno.test("Asks by one who hears of a loss after the new thread has begun fail once", async () => {
  await using system = new ActorSystem({ workers: 2, shutdownMs: 0 });
  const asker = await system.spawn(blocked);
  const ref = await system.spawn(phoenix, 0);
  const words = new Int32Array(new SharedArrayBuffer(8));
  const asked = asker.ask.ask(ref, words);
  await until(10_000, "the asker to block", () => Atomics.load(words, 0) === 1);
  await assertRejects(() => ref.ask.die("close"), HostLostError);
  // Nobody waits for the blocked thread for ever.
  assertEquals(await within(10_000, "the new thread", ref.ask.add(5)), 5);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  assertEquals(await within(10_000, "the asks", asked), ["HostLostError", "6", "7"]);
});
