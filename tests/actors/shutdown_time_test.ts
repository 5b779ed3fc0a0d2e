import { assert, assertEquals } from "@std/assert";
import { ActorSystem, HostLostError, Pool, type RefOf, Supervisor } from "../../mod.ts";
import { hushed } from "../fixtures/life_probe.ts";
import {
  asker,
  deputy,
  guardian,
  journal,
  keeper,
  never,
  reporter,
} from "../fixtures/life_shutdown.ts";
import { die, endless, gated, newWords, open } from "../fixtures/pool_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { until, within } from "../testing.ts";

type Reporter = RefOf<typeof reporter>;

const PROGRAM = new URL("../fixtures/stuck_programs.ts", import.meta.url).href;

/** The lines that a program prints whose Web Worker is in an endless loop, and how it ended. */
async function run(name: string) {
  const flags = ["--no-check", "--allow-read"];
  return await runProgram(PROGRAM, { flags, args: [name], timeoutMs: 20_000 });
}

simulated.each((["here", "any", "own"] as const).map((on) => ({ on })))(
  "ActorSystem.shutdown() stops actors ($on) in time beside a task that goes on, and names the task",
  async ({ on }) => {
    const system = new ActorSystem({ workers: 2, shutdownMs: 1_500 });
    const words = newWords();
    await system.spawn(journal.with({ on, name: "journal" }), words);
    system.run(never.with({ name: "the task" })).catch(() => {});
    const { abandoned } = await within(10_000, "the shutdown", system.shutdown());
    assertEquals([...words], [1, 1, 0]);
    assertEquals(abandoned, ["the task"]);
  },
);

Deno.test("ActorSystem.shutdown() names a task by its module when it has no name", async () => {
  const system = new ActorSystem({ workers: 0 });
  system.run(never).catch(() => {});
  const { abandoned } = await within(20_000, "the shutdown", system.shutdown({ timeoutMs: 50 }));
  assert(abandoned.length === 1 && abandoned[0]!.endsWith("life_shutdown.ts"), `${abandoned}`);
});

simulated("ActorSystem.shutdown() names the tasks that workers have started", async () => {
  const system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(journal, newWords());
  await ref.ask.runForEver();
  const { abandoned } = await within(10_000, "the shutdown", system.shutdown({ timeoutMs: 1_000 }));
  assertEquals(abandoned, ["a task of the worker"]);
});

simulated(
  "ActorSystem.shutdown() with Infinity lets stop what a worker has started in the system's name",
  async () => {
    const system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(deputy);
    const words = newWords();
    await ref.ask.spawnJournal(words);
    const down = system.shutdown({ timeoutMs: Infinity });
    assertEquals(await within(10_000, "the shutdown", down), { abandoned: [] });
    assertEquals([...words], [1, 1, 0]);
  },
);

const HANGING: [string, (system: ActorSystem) => Promise<unknown>, string][] = [
  ["an actor", async (system) => {
    const ref = await system.spawn(journal.with({ name: "hanging" }), newWords());
    ref.tell.hang();
  }, "hanging"],
  ["a pool's task", async (system) => {
    const words = newWords();
    new Pool({ system, workers: 1 }).run(endless.with({ name: "t" }), words).catch(() => {});
    await until(20_000, "the task", () => words[1] === 1);
  }, "task t of a pool"],
  ["a supervisor's task", (system) => {
    new Supervisor({ system }).run(never.with({ name: "t" }));
    return Promise.resolve();
  }, "t"],
  ["the task of an actor's supervisor", async (system) => {
    await system.spawn(guardian.with({ on: "here" }), "task");
  }, "task"],
  ["the task of an actor's nested supervisor", async (system) => {
    await system.spawn(guardian.with({ on: "here" }), "nested task");
  }, "nested task"],
  ["the task of a supervised actor's supervisor", async (system) => {
    await new Supervisor({ system }).spawn(guardian.with({ on: "here" }), "task");
  }, "task"],
  ["the task of the supervisor of an actor on a worker", async (system) => {
    await system.spawn(guardian, "task");
  }, "task"],
  ["an actor's child", async (system) => {
    await system.spawn(guardian.with({ on: "here", shutdownMs: 200 }), "child");
  }, "child"],
];

simulated.each(HANGING.map(([what, start, name]) => ({ what, start, name })))(
  "ActorSystem.shutdown() leaves time for the others beside $what that does not end",
  async ({ start, name }) => {
    const system = new ActorSystem({ workers: 2, shutdownMs: 1_500 });
    const words = newWords();
    await system.spawn(journal, words);
    await start(system);
    const { abandoned } = await within(10_000, "the shutdown", system.shutdown());
    assertEquals([...words], [1, 1, 0]);
    assertEquals(abandoned, [name]);
  },
);

simulated("ActorSystem.shutdown() leaves time for a supervisor's other members", async () => {
  const system = new ActorSystem({ workers: 1, shutdownMs: 1_500 });
  const supervisor = new Supervisor({ system });
  const words = newWords();
  await supervisor.spawn(journal, words);
  const hanging = await supervisor.spawn(journal.with({ name: "hanging" }), newWords());
  hanging.tell.hang();
  const { abandoned } = await within(10_000, "the shutdown", system.shutdown());
  assertEquals([...words], [1, 1, 0]);
  assertEquals(abandoned, ["hanging"]);
});

simulated("ActorRef.stop() leaves time for onStop beside a child that does not stop", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const words = newWords();
  const ref = await system.spawn(keeper.with({ shutdownMs: 400 }), words);
  await ref.ask.ping();
  await within(10_000, "the stop", ref.stop());
  assertEquals(words[2], 1);
});

const ASKERS: [string, (system: ActorSystem, ref: Reporter, words: Int32Array) => unknown][] = [
  ["this thread", (system, ...args) => system.run(asker.with({ on: "here" }), ...args)],
  ["a worker", (system, ...args) => system.run(asker, ...args)],
  ["a worker of its own", (system, ...args) => system.run(asker.with({ on: "own" }), ...args)],
  ["a pool", (system, ...args) => new Pool({ system, workers: 1 }).run(asker, ...args)],
];

simulated.each(ASKERS.map(([place, start]) => ({ place, start })))(
  "ActorSystem.shutdown() lets a task on $place ask actors until it is done",
  async ({ start }) => {
    const system = new ActorSystem({ workers: 1, shutdownMs: 20_000 });
    const ref = await system.spawn(reporter);
    const words = newWords();
    const run = start(system, ref, words) as Promise<string>;
    await until(20_000, "the task", () => words[1] === 1);
    const down = system.shutdown();
    open(words);
    assertEquals(await within(10_000, "the task", run), "answered");
    assertEquals(await within(10_000, "the shutdown", down), { abandoned: [] });
  },
);

const POOLS = [
  { what: "a cold pool", warm: 0, options: {}, deaths: 0 },
  { what: "maxTasksPerWorker", warm: 1, options: { maxTasksPerWorker: 1 }, deaths: 0 },
  { what: "a worker that dies", warm: 1, options: {}, deaths: 1 },
];

simulated.each(POOLS)(
  "ActorSystem.shutdown() waits for accepted jobs of a pool that need a new worker: $what",
  async ({ warm, options, deaths }) => {
    const system = hushed(new ActorSystem({ workers: 1, shutdownMs: 20_000 }));
    const pool = new Pool({ system, workers: 1, ...options });
    const words = newWords();
    open(words);
    for (let each = 0; each < warm; each++) await pool.run(gated, words);
    const dying = Array.from({ length: deaths }, () => pool.run(die, "close"));
    const runs = [...dying, ...Array.from({ length: 3 }, () => pool.run(gated, words))];
    const settled = Promise.allSettled(runs);
    const { abandoned } = await within(25_000, "the shutdown", system.shutdown());
    const results = await within(3_000, "the runs", settled);
    assertEquals(results.filter(({ status }) => status === "fulfilled").length, 3);
    for (const result of results.slice(0, deaths)) {
      assert(result.status === "rejected" && result.reason instanceof HostLostError);
    }
    assertEquals(abandoned, []);
  },
);

const WAITING: [string, (system: ActorSystem, words: Int32Array) => Pool, string[]][] = [
  ["no worker has started", (system) => new Pool({ system, workers: 1 }), []],
  ["the pool is on this thread", (system) => new Pool({ system, workers: 0 }), []],
  ["the initializer does not end", (system, words) => {
    return new Pool({ system, workers: 1, initializer: [endless, words] });
  }, []],
  ["another one runs", (system, words) => {
    const pool = new Pool({ system, workers: 1 });
    pool.run(endless.with({ name: "r" }), words).catch(() => {});
    return pool;
  }, ["task r of a pool"]],
];

simulated.each(WAITING.map(([why, start, others]) => ({ why, start, others })))(
  "ActorSystem.shutdown() names a pool's tasks that have not begun because $why",
  async ({ why, start, others }) => {
    const system = new ActorSystem({ workers: 0 });
    const words = newWords();
    const pool = start(system, words);
    const isCold = !/initializer|another/.test(why);
    const settled = Promise.allSettled([
      pool.run(endless.with({ name: "a" }), words),
      pool.run(endless.with({ name: "a" }), words),
      pool.map(endless.with({ name: "b" }), [words]),
      pool.run(endless.with({ name: "given up", timeoutMs: 0 }), words),
    ]);
    if (!isCold) await until(20_000, "what is in the way", () => words[1] === 1);
    const down = system.shutdown({ timeoutMs: isCold ? 0 : 100 });
    const { abandoned } = await within(10_000, "the shutdown", down);
    await within(3_000, "the tasks", settled);
    const names = [...others, "task a of a pool", "task b of a pool"];
    assertEquals(abandoned, [names.join(", ")]);
  },
);

programTest(
  "ActorSystem.shutdown() names a pool's task in an endless loop, also one that was given up",
  async () => {
    const { stdout } = await run("pool");
    assertEquals(stdout.trim(), "TimeoutError\nabandoned: task looping of a pool");
  },
);

programTest(
  "ActorSystem.shutdown() names a pool's task in an endless loop whose pool was terminated",
  async () => {
    const { stdout } = await run("terminated pool");
    assertEquals(stdout.trim(), "PoolClosedError\nabandoned: task looping of a pool");
  },
);

programTest(
  "ActorSystem.shutdown() names a task in an endless loop that was given up",
  async () => {
    const { stdout } = await run("task");
    assertEquals(stdout.trim(), "TimeoutError\nabandoned: host 1");
  },
);

programTest("ActorSystem.shutdown() names a terminated actor in an endless loop", async () => {
  const { stdout } = await run("terminated actor");
  assertEquals(stdout.trim(), "killed\nabandoned: looping");
});

programTest("ActorSystem.shutdown() names a worker in an endless loop of a timer", async () => {
  const { stdout } = await run("timer");
  assertEquals(stdout.trim(), "abandoned: host 1");
});

programTest(
  "shutdownOnSignal ends the program beside a Web Worker in an endless loop, and names it",
  async () => {
    const { code, stdout, stderr } = await run("signal");
    assertEquals([code, stdout], [1, "looping\n"]);
    assertEquals(stderr, "Ended in spite of what would not stop: looper\n");
  },
);
