import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ActorSystem, HostLostError, Pool, type SystemEvents } from "../../mod.ts";
import { Manager } from "../../shared/mod.ts";
import { clumsy, failing, passing, type Way, WAYS } from "../fixtures/uncaught.ts";
import { events } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

const KINDS = [{ worker: "web" }, { worker: "thread" }] as const;

async function nextEntry<T>(what: string, entries: T[]): Promise<T> {
  await until(20_000, what, () => entries.length > 0);
  return entries.shift()!;
}

Deno.test.each(KINDS)(
  'Event "error" shows what nobody caught in a $worker worker on which nothing is pending',
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 1, worker });
    const failures = events(system, "error");
    for (const way of WAYS) {
      // It may be gone before it could answer.
      await system.run(failing, way).catch(() => {});
      const { ref, host, error } = await nextEntry(`the failure of ${way}`, failures);
      assertEquals([ref, typeof host], [undefined, "number"]);
      assertInstanceOf(error, RangeError, `in ${way}`);
      assert(error.stack!.includes("uncaught.ts"), error.stack);
    }
  },
);

const PLACES: [string, (system: ActorSystem, way: Way) => Promise<unknown>][] = [
  ["a shared worker", async (system, way) => await (await system.spawn(clumsy)).ask.fail(way)],
  ["a worker of its own", async (system, way) => {
    await (await system.spawn(clumsy.with({ on: "own" }))).ask.fail(way);
  }],
  ["a task's own worker", (system, way) => system.run(failing.with({ on: "own" }), way)],
  ["a pool", (system, way) => new Pool({ system, workers: 1 }).run(failing, way)],
  ["a manager", async (system, way) => {
    const object = await new Manager({ system }).register(clumsy)();
    await object.fail(way);
  }],
];

Deno.test.each(PLACES.map(([place, start]) => ({ place, start })))(
  'Events "error" and "host" show what nobody caught in $place',
  async ({ start }) => {
    await using system = new ActorSystem({ workers: 1 });
    const failures = events(system, "error");
    const hosts = events(system, "host");
    start(system, "a microtask").catch(() => {});
    const { host, error } = await nextEntry("the failure", failures);
    assertInstanceOf(error, RangeError);
    const isLost = ({ state }: SystemEvents["host"]) => state === "lost";
    await until(20_000, "the loss", () => hosts.some(isLost));
    const lost = hosts.find(isLost)!;
    assertEquals([lost.index, lost.cause], [host, error]);
  },
);

const LAST_TURNS: [string, (system: ActorSystem, worker: "web" | "thread") => Promise<unknown>][] =
  [
    ["a task", async (system, worker) => {
      const result = await system.run(failing.with({ own: { worker } }), "a floating promise");
      assertEquals(result, "returned");
    }],
    ["an actor", async (system, worker) => {
      const ref = await system.spawn(passing.with({ own: { worker } }), "at the end");
      ref.tell.leave();
      assertEquals((await ref.exited).kind, "normal");
    }],
    ["an actor's onStop", async (system, worker) => {
      const ref = await system.spawn(passing.with({ own: { worker } }), "on stop");
      await ref.stop();
      assertEquals((await ref.exited).kind, "shutdown");
    }],
  ];

Deno.test.each(
  LAST_TURNS.flatMap(([what, end]) => KINDS.map(({ worker }) => ({ what, end, worker }))),
)(
  'Event "error" shows a promise that floats in the last turn of $what on a $worker worker of its own',
  async ({ end, worker }) => {
    await using system = new ActorSystem({ workers: 0 });
    const failures = events(system, "error");
    await within(20_000, "the end", end(system, worker));
    const { ref, handler, host, error } = await nextEntry("the failure", failures);
    assertEquals([ref, handler, host], [undefined, "uncaught", 1]);
    assertInstanceOf(error, RangeError);
  },
);

Deno.test('Event "error" of a worker is printed when nobody listens', async () => {
  const printed: unknown[][] = [];
  const { error } = console;
  console.error = (...args) => void printed.push(args);
  try {
    await using system = new ActorSystem({ workers: 1 });
    await system.run(failing, "a timer");
    const [text, cause] = await nextEntry("the line", printed);
    assertEquals(text, "Uncaught error in worker 1:");
    assertInstanceOf(cause, RangeError);
  } finally {
    console.error = error;
  }
});

simulated.each(KINDS)(
  'Event "host" tells the start, the loss and the return of a $worker worker',
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 1, worker });
    const hosts = events(system, "host");
    const failures = events(system, "error");
    const ref = await system.spawn(clumsy);
    assertEquals(hosts, [{ index: 1, kind: worker, state: "started", cause: undefined }]);
    const close = () => within(20_000, "the loss", ref.ask.close());
    await assertRejects(close, HostLostError);
    assertEquals(await within(20_000, "the return", ref.ask.add()), 1);
    assertEquals(hosts.map(({ index, state }) => [index, state]), [
      [1, "started"],
      [1, "lost"],
      [1, "back"],
    ]);
    assertEquals(failures, []);
  },
);

simulated('Event "host" tells the loss of a worker of which nothing comes back', async () => {
  await using system = new ActorSystem({ workers: 0 });
  const hosts = events(system, "host");
  const ref = await system.spawn(clumsy.with({ on: "own", restart: "temporary" }));
  await assertRejects(() => within(20_000, "the loss", ref.ask.close()), HostLostError);
  assertEquals((await within(20_000, "the end", ref.exited)).kind, "host-lost");
  assertEquals(hosts.map(({ index, state }) => [index, state]), [[1, "started"], [1, "lost"]]);
});

simulated('Event "host" does not call a good end a loss', async () => {
  const states: string[] = [];
  {
    await using system = new ActorSystem({ workers: 1 });
    system.addEventListener("host", ({ detail }) => states.push(detail.state));
    const ref = await system.spawn(clumsy.with({ on: "own" }));
    await ref.ask.add();
    await ref.stop();
    await system.run(failing.with({ on: "own" }), "no failure" as Way);
    await using pool = new Pool({ system, workers: 1, maxTasksPerWorker: 1 });
    await pool.map(failing, ["no failure", "neither"] as unknown as Way[]);
    await system.spawn(clumsy);
  }
  assertEquals(new Set(states), new Set(["started"]));
});

const HANDLINGS = KINDS.flatMap((kind) =>
  (["listener", "on...", "process"] as const).map((how) => ({ ...kind, how }))
);

Deno.test.each(HANDLINGS)(
  "A $worker worker lives on when its own code handles what nobody caught ($how)",
  async ({ worker, how }) => {
    await using system = new ActorSystem({ workers: 1, worker });
    const failures = events(system, "error");
    const ref = await system.spawn(clumsy);
    await ref.ask.handle(how);
    assertEquals(await ref.ask.add(), 1);
    const ways: Way[] = ["a timer", "a floating promise", "reportError()"];
    for (const way of ways) await ref.ask.fail(way);
    await until(20_000, "three failures", async () => (await ref.ask.handle(how)).length >= 3);
    const types = (await ref.ask.handle(how)).map((entry) => entry.split(",")[0]);
    assertEquals(new Set(types), new Set(["error", "unhandledrejection"]));
    assertEquals(await ref.ask.add(), 2);
    assertEquals(failures, []);
  },
);

Deno.test("A listener that handles what nobody caught sees that nobody had before", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(clumsy);
  await ref.ask.handle("listener");
  await ref.ask.fail("a timer");
  await until(20_000, "the failure", async () => (await ref.ask.handle("process")).length > 0);
  assertEquals((await ref.ask.handle("process"))[0], "error, prevented before: false");
});
