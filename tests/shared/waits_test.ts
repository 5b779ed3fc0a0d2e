import { assertEquals, assertInstanceOf } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import { Barrier, BrokenBarrierError, SharedEvent } from "@troupe/actors/shared";
import { party } from "../fixtures/shared_parties.ts";
import { programTest, runProgram } from "../program.ts";
import { until, within } from "../testing.ts";

const WAITS = ["mutex", "rwLock", "semaphore", "condition", "event", "barrier"]
  .map((which) => ({ which }));

programTest.each(WAITS)(
  "A wait for a $which keeps the program alive until it is satisfied",
  async ({ which }) => {
    const module = new URL("../fixtures/shared_program.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await runProgram(module, {
      flags: ["--no-check", "--allow-read"],
      args: [which],
      timeoutMs: 10_000,
    });
    assertEquals({ code, stdout, stderr }, { code: 0, stdout: "satisfied\n", stderr: "" });
  },
);

Deno.test("BrokenBarrierError crosses as itself", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const barrier = new Barrier(2);
  const other = await system.spawn(party);
  const wait = other.ask.waitAt(barrier).catch((error) => error);
  await until(10_000, "the party", () => barrier.waiting === 1);
  barrier.abort();
  const error = await within(10_000, "the error", wait);
  assertInstanceOf(error, BrokenBarrierError);
  assertEquals(error.name, "BrokenBarrierError");
});

Deno.test("A blocking wait posts what was told before it", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const event = new SharedEvent();
  const other = await system.spawn(party);
  for (let round = 0; round < 20; round++) {
    event.clear();
    other.tell.set(event);
    assertEquals(event.waitSync({ timeoutMs: 5_000 }), true);
  }
});
