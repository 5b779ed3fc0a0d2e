import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ActorSystem } from "@troupe/actors";
import {
  Barrier,
  BrokenBarrierError,
  Mutex,
  RwLock,
  Semaphore,
  SharedEvent,
} from "@troupe/actors/shared";
import { SLICE_MS } from "../../shared/words/waiting.ts";
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

/** What waits, and what lets it go on. */
interface Meeting {
  readonly what: string;
  begin(): Promise<{ wait: Promise<unknown>; give: () => unknown }>;
}

const MEETINGS: Meeting[] = [
  {
    what: "Mutex",
    async begin() {
      const mutex = new Mutex();
      const guard = await mutex.acquire();
      return { wait: mutex.acquire(), give: () => guard.release() };
    },
  },
  {
    what: "RwLock",
    async begin() {
      const lock = new RwLock();
      const guard = await lock.acquireRead();
      return { wait: lock.acquireWrite(), give: () => guard.release() };
    },
  },
  {
    what: "Semaphore",
    begin() {
      const semaphore = new Semaphore(0);
      return Promise.resolve({ wait: semaphore.acquire(), give: () => semaphore.release() });
    },
  },
  {
    what: "Barrier",
    begin() {
      const barrier = new Barrier(2);
      return Promise.resolve({ wait: barrier.wait(), give: () => barrier.wait() });
    },
  },
  {
    what: "SharedEvent",
    begin() {
      const event = new SharedEvent();
      return Promise.resolve({ wait: event.wait(), give: () => event.set() });
    },
  },
];

Deno.test.each(MEETINGS)("A wait for a $what ends as soon as it can", async ({ begin }) => {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const { wait, give } = await begin();
    await new Promise((resolve) => setTimeout(resolve, 1));
    const given = performance.now();
    await Promise.all([wait, give()]);
    times.push(performance.now() - given);
  }
  // It looks for itself now and then; that is not meant.
  assert(Math.min(...times) < SLICE_MS / 2, `after ${times} ms`);
});
