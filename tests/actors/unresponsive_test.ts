import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, HostLostError, Supervisor } from "../../mod.ts";
import { phoenix } from "../fixtures/phoenix.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { within } from "../testing.ts";

// On a busy machine a thread that has nothing to do may not beat for some hundreds of milliseconds.
const LIMIT_MS = 1_000;

Deno.test("unresponsiveMs ends a thread worker in an endless loop: its actors come back, asks reject", async () => {
  await using system = new ActorSystem({ workers: 1, worker: "thread", unresponsiveMs: LIMIT_MS });
  const ref = await system.spawn(phoenix.with({ name: "looper" }), 1);
  const neighbour = await system.spawn(phoenix, 5);
  for (let round = 1; round <= 3; round++) {
    const looping = ref.ask.loop();
    const asks = Promise.allSettled([looping, neighbour.ask.wait()]);
    for (const result of await within(10_000, `the loss, round ${round}`, asks)) {
      assert(result.status === "rejected");
      assertInstanceOf(result.reason, HostLostError);
      const { message } = result.reason.cause as Error;
      const expected =
        'Handler "loop" of actor "looper" kept its thread busy for more than 1000 ms';
      assertEquals(message, expected);
    }
    const counts = Promise.all([ref.ask.add(1), neighbour.ask.add(1), ref.ask.restarts()]);
    assertEquals(await within(10_000, "both actors", counts), [2, 6, round]);
  }
});

Deno.test("An actor that ends because of its endless loop says which handler it was, its neighbour host-lost", async () => {
  await using system = new ActorSystem({ workers: 0, worker: "thread" });
  const own = phoenix.with({ own: { unresponsiveMs: LIMIT_MS }, restart: "temporary" });
  const ref = await system.spawn(own, 0);
  const neighbour = await system.spawn(phoenix.with({ near: ref, restart: "temporary" }), 0);
  ref.tell.loop();
  const reasons = Promise.all([ref.exited, neighbour.exited]);
  const [reason, other] = await within(10_000, "the reasons", reasons);
  assertEquals(reason, { kind: "unresponsive", handler: "loop" });
  assertEquals(other.kind, "host-lost");
  assertEquals(await ref.exited, reason);
});

simulated(
  "unresponsiveMs leaves a slow async handler alone, and a thread while main is busy",
  async () => {
    await using system = new ActorSystem({ workers: 1, unresponsiveMs: LIMIT_MS, shutdownMs: 100 });
    const ref = await system.spawn(phoenix, 0);
    const waiting = ref.ask.wait();
    waiting.catch(() => {});
    for (let round = 0; round < 2; round++) {
      const end = performance.now() + 1.5 * LIMIT_MS;
      while (performance.now() < end);
      assertEquals(await ref.ask.add(1), round + 1);
    }
    assertEquals(await ref.ask.restarts(), 0);
  },
);

Deno.test("A supervisor starts an actor again that looped without end", async () => {
  await using system = new ActorSystem({ workers: 1, worker: "thread", unresponsiveMs: LIMIT_MS });
  await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
  const ref = await supervisor.spawn(phoenix, 1);
  const other = await supervisor.spawn(phoenix.with({ on: "own" }), 1);
  assertEquals([await ref.ask.add(1), await other.ask.add(1)], [2, 2]);
  await within(10_000, "the loss", assertRejects(() => ref.ask.loop(), HostLostError));
  assertEquals(await within(10_000, "the actor", ref.ask.add(2)), 3);
  assertEquals(await within(10_000, "the other", other.ask.add(2)), 3);
});

programTest(
  "unresponsiveMs replaces a Web Worker in an endless loop, and shutdown reports it",
  async () => {
    const program = new URL("../fixtures/stuck_program.ts", import.meta.url).href;
    const flags = ["--no-check", "--allow-read"];
    const { stdout } = await runProgram(program, { flags, timeoutMs: 20_000 });
    assertEquals(stdout.trim().split("\n"), ["HostLostError", "back 6", "abandoned looper"]);
  },
);

Deno.test.each([-1, NaN].map((unresponsiveMs) => ({ unresponsiveMs })))(
  "unresponsiveMs of $unresponsiveMs is refused",
  ({ unresponsiveMs }) => {
    assertThrows(() => new ActorSystem({ unresponsiveMs }), RangeError, "unresponsiveMs");
    assertThrows(() => phoenix.with({ own: { unresponsiveMs } }), RangeError, "unresponsiveMs");
  },
);
