import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  ActorStoppedError,
  ActorSystem,
  HostLostError,
  RestartLimitError,
  Supervisor,
  type TaskResult,
} from "../../mod.ts";
import { PLACES, probe } from "../fixtures/life_probe.ts";
import {
  double,
  endless,
  failing,
  flakyTask,
  gated,
  later,
  mortalTask,
  supervised,
} from "../fixtures/supervised.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

/** A result in short. */
function short(result: TaskResult): string {
  const { name, status } = result;
  return `${name} ${status} ${status === "fulfilled" ? result.value : result.reason}`;
}

async function all(results: AsyncIterable<TaskResult>): Promise<string[]> {
  const seen: string[] = [];
  for await (const result of results) seen.push(short(result));
  return seen;
}

simulated.each(PLACES)(
  "Supervisor.run() gives the result, or the error, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    assertEquals(await supervisor.run(double, 4), 8);
    await assertRejects(() => supervisor.run(failing, "no"), RangeError, "no");
    assertEquals(await supervisor.run(double.with({ on: "here" }), 5), 10);
  },
);

simulated.each(PLACES)(
  "Supervisor.collect() gives all in order of start on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    supervisor.run(later.with({ name: "slow" }), 30);
    supervisor.run(failing.with({ name: "bad" }), "no");
    supervisor.run(double, 2);
    const results = await supervisor.collect();
    assertEquals(results.map(short), [
      "slow fulfilled 30",
      "bad rejected RangeError: no",
      "undefined fulfilled 4",
    ]);
    assertEquals(await supervisor.collect(), results);
  },
);

simulated.each(PLACES)(
  "Supervisor.results() gives what is there, then the others as they finish, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const gate = await system.spawn(probe);
    const slow = supervisor.run(gated.with({ name: "slow" }), gate, "slow");
    await supervisor.run(double.with({ name: "first" }), 1);
    const seen: string[] = [];
    for await (const result of supervisor.results()) {
      seen.push(short(result));
      if (result.name === "first") {
        await supervisor.run(failing.with({ name: "second" }), "no").catch(() => {});
      } else if (result.name === "second") gate.tell.open();
    }
    assertEquals(seen, [
      "first fulfilled 2",
      "second rejected RangeError: no",
      "slow fulfilled slow",
    ]);
    assertEquals(await slow, "slow");
    assertEquals(await all(supervisor.results()), seen);
  },
);

simulated("Supervisor.results() ends at once without tasks", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system });
  assertEquals(await within(3_000, "the results", all(supervisor.results())), []);
  assertEquals(await within(3_000, "the collection", supervisor.collect()), []);
});

simulated("Supervisor.results() goes on while its consumer adds tasks", async () => {
  await using system = new ActorSystem({ workers: 2 });
  await using supervisor = new Supervisor({ system });
  supervisor.run(double.with({ name: "1" }), 1);
  const seen: string[] = [];
  for await (const result of supervisor.results()) {
    seen.push(short(result));
    const next = seen.length + 1;
    if (next <= 50) supervisor.run(double.with({ name: `${next}` }), next);
  }
  assertEquals(seen, Array.from({ length: 50 }, (_, n) => `${n + 1} fulfilled ${2 * n + 2}`));
});

simulated(
  "Supervisor.results() serves several at the same time, each from the beginning",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using supervisor = new Supervisor({ system });
    for (let n = 0; n < 20; n++) supervisor.run(double, n);
    const early = supervisor.results();
    await early.next();
    const [one, two] = await Promise.all([all(supervisor.results()), all(supervisor.results())]);
    assertEquals([one.length, one], [20, two]);
    assertEquals((await all(early)).length, 19);
  },
);

simulated(
  "Supervisor.collect() and results() forget what they give when they are told to",
  async () => {
    await using system = new ActorSystem({ workers: 0 });
    await using supervisor = new Supervisor({ system });
    const run = (n: number) => supervisor.run(double.with({ name: `${n}` }), n);
    await Promise.all([run(1), run(2)]);
    const reader = supervisor.results();
    await reader.next();
    const first = ["1 fulfilled 2", "2 fulfilled 4"];
    assertEquals((await supervisor.collect({ forget: true })).map(short), first);
    assertEquals(await supervisor.collect(), []);
    assertEquals(await all(supervisor.results()), []);
    await Promise.all([run(3), run(4)]);
    // Who was reading misses none.
    assertEquals(await all(reader), ["2 fulfilled 4", "3 fulfilled 6", "4 fulfilled 8"]);
    for await (const result of supervisor.results({ forget: true })) {
      assertEquals(short(result), "3 fulfilled 6");
      break;
    }
    assertEquals((await supervisor.collect()).map(short), ["4 fulfilled 8"]);
    assertEquals(await all(supervisor.results({ forget: true })), ["4 fulfilled 8"]);
    assertEquals(await supervisor.collect(), []);
  },
);

simulated("Supervisor keeps no more results than it is told to", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system, keepResults: 2 });
  const run = (n: number) => supervisor.run(double.with({ name: `${n}` }), n);
  const running = run(1);
  const early = supervisor.results();
  const next = early.next();
  await running;
  for (let n = 2; n <= 4; n++) await run(n);
  const newest = ["3 fulfilled 6", "4 fulfilled 8"];
  assertEquals(await all(supervisor.results()), newest);
  await assertRejects(() => supervisor.collect(), RangeError, "2 of 4 are forgotten");
  assertEquals(short((await next).value!), "1 fulfilled 2");
  assertEquals(await all(early), ["2 fulfilled 4", ...newest]);
  // From then on nothing is missing.
  await assertRejects(() => supervisor.collect({ forget: true }), RangeError, "keepResults is 2");
  await run(5);
  assertEquals((await supervisor.collect()).map(short), ["5 fulfilled 10"]);
});

simulated("Supervisor that keeps no results gives each to who waits for it", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system, keepResults: 0 });
  const running = supervisor.run(double, 1);
  const results = all(supervisor.results());
  assertEquals(await running, 2);
  assertEquals(await within(20_000, "the results", results), ["undefined fulfilled 2"]);
  assertEquals(await all(supervisor.results()), []);
  for (const keepResults of [-1, 0.5, NaN, "2" as never]) {
    assertThrows(() => new Supervisor({ system, keepResults }), RangeError, "keepResults");
  }
});

simulated("Supervisor.results() may be left at any time", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system });
  for (let n = 0; n < 5; n++) supervisor.run(double, n);
  for await (const _ of supervisor.results()) break;
  assertEquals((await supervisor.collect()).length, 5);
});

simulated.each(PLACES)(
  "A failure of a task is never an unhandled rejection on $where",
  async ({ workers }) => {
    const unhandled: unknown[] = [];
    const onUnhandled = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      unhandled.push(event.reason);
    };
    globalThis.addEventListener("unhandledrejection", onUnhandled);
    try {
      await using system = new ActorSystem({ workers });
      const supervisor = new Supervisor({ system });
      const log = await system.spawn(probe);
      for (let n = 0; n < 10; n++) supervisor.run(failing, "nobody waits");
      supervisor.run(flakyTask.with({ restart: "transient" }), log, 1);
      supervisor.run({} as typeof failing, "no task");
      await supervisor.collect();
      supervisor.run(endless.with({ name: "open" }), log, "runs");
      await log.ask.logged("runs");
      await supervisor.stop();
      supervisor.run(double, 1);
      await new Promise((resolve) => setTimeout(resolve, 0));
    } finally {
      globalThis.removeEventListener("unhandledrejection", onUnhandled);
    }
    assertEquals(unhandled, []);
  },
);

simulated.each(PLACES)("Supervisor.stop() rejects open tasks on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  const supervisor = new Supervisor({ system });
  const log = await system.spawn(probe);
  const open = [
    assertRejects(() => supervisor.run(endless.with({ name: "a" }), log, "a"), ActorStoppedError),
    assertRejects(
      () => supervisor.run(endless.with({ name: "b", restart: "transient" }), log, "b"),
      ActorStoppedError,
    ),
  ];
  await Promise.all([log.ask.logged("a"), log.ask.logged("b")]);
  const results = all(supervisor.results());
  await within(20_000, "the stop", supervisor.stop());
  await within(3_000, "the rejections", Promise.all(open));
  const seen = await within(3_000, "the results", results);
  assertEquals(seen.map((each) => each.split(":")[0]), [
    "b rejected ActorStoppedError",
    "a rejected ActorStoppedError",
  ]);
  await assertRejects(() => supervisor.run(double, 1), ActorStoppedError);
});

simulated.each(PLACES)(
  "A transient task runs again until it does not fail on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const log = await system.spawn(probe);
    const flaky = flakyTask.with({ name: "flaky", restart: "transient" });
    assertEquals(await within(20_000, "the result", supervisor.run(flaky, log, 3)), 4);
    assertEquals((await supervisor.collect()).map(short), ["flaky fulfilled 4"]);
    assertEquals((await log.ask.entries()).length, 4);
  },
);

simulated.each(PLACES)(
  "A transient task that fails too often ends the supervisor, with its error in the cause, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const supervisor = new Supervisor({ system, maxRestarts: 2 });
    const log = await system.spawn(probe);
    const flaky = supervisor.run(flakyTask.with({ restart: "transient" }), log, Infinity);
    const error = await assertRejects(() => within(20_000, "the error", flaky), RestartLimitError);
    assertEquals(`${error.cause}`, "RangeError: run 3 failed");
    assertEquals((await supervisor.exited).kind, "error");
    assertEquals((await log.ask.entries()).length, 3);
  },
);

simulated.each([
  ...PLACES.flatMap((place) =>
    (["temporary", "transient"] as const).map((restart) => ({ ...place, restart }))
  ),
])(
  "The end of a supervisor rejects its open $restart tasks with the RestartLimitError on $where",
  async ({ workers, restart }) => {
    await using system = new ActorSystem({ workers });
    const supervisor = new Supervisor({ system, maxRestarts: 0 });
    const log = await system.spawn(probe);
    const open = supervisor.run(endless.with({ restart }), log, "runs");
    const outcome = open.then(() => null, (error) => error);
    await log.ask.logged("runs");
    const ref = await supervisor.spawn(supervised, log, "a");
    await assertRejects(() => ref.ask.fail(), RangeError);
    await within(20_000, "the end", supervisor.exited);
    assertInstanceOf(await within(20_000, "the rejection", outcome), RestartLimitError);
  },
);

simulated.each(PLACES)(
  "A transient task that fails at once runs again, and ends the supervisor, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    for (let round = 0; round < 5; round++) {
      const supervisor = new Supervisor({ system });
      const run = supervisor.run(failing.with({ restart: "transient" }), "at once");
      const outcome = run.then(() => null, (error) => error);
      const error = await within(4_000, "the rejection", outcome);
      assertInstanceOf(error, RestartLimitError);
      assertEquals(`${error.cause}`, "RangeError: at once");
    }
  },
);

simulated.each(PLACES)(
  "A temporary task runs once and costs no budget on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system, maxRestarts: 0 });
    const log = await system.spawn(probe);
    for (let n = 1; n <= 5; n++) {
      await assertRejects(() => supervisor.run(flakyTask, log, Infinity), RangeError);
      assertEquals((await log.ask.entries()).length, n);
    }
    assertEquals(await supervisor.run(double, 1), 2);
  },
);

simulated(
  "A transient task runs again when its worker is lost, a temporary one rejects",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    await using supervisor = new Supervisor({ system });
    const [log, other] = [await system.spawn(probe), await system.spawn(probe)];
    const lost = supervisor.run(mortalTask.with({ name: "temporary" }), other, Infinity);
    await assertRejects(() => within(20_000, "the loss", lost), HostLostError);
    const mortal = mortalTask.with({ name: "transient", restart: "transient" });
    assertEquals(await within(20_000, "the result", supervisor.run(mortal, log, 2)), 3);
  },
);

simulated("one-for-all runs transient tasks again and ends temporary ones", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
  const log = await system.spawn(probe);
  const ref = await supervisor.spawn(supervised, log, "a");
  const once = assertRejects(() => supervisor.run(endless, log, "once"), ActorStoppedError);
  const again = supervisor.run(endless.with({ restart: "transient" }), log, "again");
  const ended = assertRejects(() => again, ActorStoppedError);
  await Promise.all([log.ask.logged("once"), log.ask.logged("again")]);
  await assertRejects(() => ref.ask.fail(), RangeError);
  await within(20_000, "the second run", log.ask.logged("again", 2));
  await within(20_000, "the end of the temporary one", once);
  assertEquals((await log.ask.entries()).filter((entry) => entry === "once").length, 1);
  await supervisor.stop();
  await ended;
});

simulated.each(PLACES)(
  "Aborting a transient task rejects it with the reason and harms nobody on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    await using supervisor = new Supervisor({ system });
    const log = await system.spawn(probe);
    const controller = new AbortController();
    const task = endless.with({ restart: "transient", signal: controller.signal });
    const result = supervisor.run(task, log, "runs");
    const aborted = result.then(() => null, (error) => error);
    await log.ask.logged("runs");
    const reason = new RangeError("enough");
    controller.abort(reason);
    assertEquals(await within(4_000, "the rejection", aborted), reason);
    assertEquals(await supervisor.run(double, 3), 6);
  },
);

simulated("The time of a transient task counts from the call", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system });
  const log = await system.spawn(probe);
  await supervisor.run(double, 1); // The worker has started.
  const task = endless.with({ restart: "transient", timeoutMs: 50 });
  const error = await within(
    5_000,
    "the timeout",
    supervisor.run(task, log, "runs").catch((error) => error),
  );
  assertInstanceOf(error, DOMException);
  assertEquals(error.name, "TimeoutError");
  assertEquals((await log.ask.entries()).length, 1);
  assertEquals(await supervisor.run(double, 3), 6);
});

simulated("A failure of a temporary task is known during another child's pause", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, backoff: { minMs: 4_000, jitter: 0 } });
  const log = await system.spawn(probe);
  const ref = await supervisor.spawn(supervised, log, "a");
  await assertRejects(() => ref.ask.fail(), RangeError);
  await log.ask.logged("a stops");
  const result = supervisor.run(failing, "at once");
  await assertRejects(() => within(3_000, "the failure", result), RangeError, "at once");
});

simulated.each(PLACES)("10 000 tasks are collected in order on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers });
  await using supervisor = new Supervisor({ system });
  for (let n = 0; n < 10_000; n++) {
    if (n % 100 === 99) supervisor.run(failing, `${n}`);
    else supervisor.run(double, n);
  }
  const results = await within(20_000, "the results", supervisor.collect());
  assertEquals(results.length, 10_000);
  for (const [n, result] of results.entries()) {
    if (result.status === "fulfilled") assertEquals(result.value, 2 * n);
    else assertEquals((result.reason as Error).message, `${n}`);
    assert((result.status === "rejected") === (n % 100 === 99));
  }
});

simulated("Results are those of the arguments at the call", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system });
  await assertRejects(
    () => supervisor.run(double, (() => {}) as never),
    TypeError,
    "args[0] is a function",
  );
  const log = await system.spawn(probe);
  assertEquals(await supervisor.run(flakyTask.with({ restart: "transient" }), log, 1), 2);
});
