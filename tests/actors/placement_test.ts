import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type ActorOptions, ActorSystem, type TaskOptions } from "../../actors/mod.ts";
import { HostLostError, pack, unpack } from "../../channels/mod.ts";
import { failing } from "../fixtures/inputs.ts";
import { PLACES } from "../fixtures/life_probe.ts";
import {
  block,
  divide,
  hang,
  hangAware,
  kindOfThread,
  locate,
  mark,
  quit,
  read,
  resident,
  settler,
} from "../fixtures/places.ts";
import { threadName } from "../fixtures/thread.ts";
import { programTest, runProgram } from "../program.ts";
import { simulated, workersLeft } from "../simulation/simulated.ts";
import { scratchFolder, until, within } from "../testing.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

function noWorkerLeft(): Promise<void> {
  return until(15_000, "the end of the workers", async () => (await workersLeft()).length === 0);
}

function sharedWords(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

/** Resolves when a task has set this word. */
async function wordSet(words: Int32Array, index: number): Promise<void> {
  await until(20_000, `word ${index}`, () => Atomics.load(words, index) !== 0);
}

simulated('on: "any" spreads actors over the workers evenly', async () => {
  await using system = new ActorSystem({ workers: 2 });
  const refs = await Promise.all(Array.from({ length: 6 }, () => system.spawn(resident)));
  const threads = await Promise.all(refs.map((ref) => ref.ask.thread()));
  const counts = Map.groupBy(threads, (thread) => thread);
  assertEquals(counts.has(threadName()), false);
  assertEquals(Array.from(counts.values(), ({ length }) => length), [3, 3]);
});

simulated('on: "any" goes where an actor has ended', async () => {
  await using system = new ActorSystem({ workers: 2 });
  const [one, two] = [await system.spawn(resident), await system.spawn(resident)];
  const freed = await one.ask.thread();
  await one.stop();
  for (let round = 0; round < 5; round++) {
    const next = await system.spawn(resident);
    assertEquals(await next.ask.thread(), freed, `round ${round}`);
    await next.stop();
  }
  assertEquals(await two.ask.thread() === freed, false);
});

simulated('on: "any" does not count actors that failed to start', async () => {
  await using system = new ActorSystem({ workers: 2 });
  const [one, two] = [await system.spawn(resident), await system.spawn(resident)];
  const freed = await two.ask.thread();
  await two.stop();
  for (let round = 0; round < 3; round++) {
    await assertRejects(() => system.spawn(failing, "throws"), RangeError);
  }
  const next = await system.spawn(resident);
  assertEquals(await next.ask.thread(), freed);
  assertEquals(await one.ask.thread() === freed, false);
});

simulated("ActorSystem starts a worker only when it is needed", async () => {
  await using system = new ActorSystem({ workers: 2 });
  assertEquals(await workersLeft(), []);
  const here = await system.spawn(resident.with({ on: "here" }));
  assertEquals(await here.ask.kind(), "main");
  assertEquals(await workersLeft(), []);
});

simulated("ActorSystem with workers: 0 runs everything on its thread", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const ref = await system.spawn(resident);
  const child = await (await system.spawn(settler)).ask.settle("any");
  assertEquals([await ref.ask.thread(), await child.ask.thread()], [threadName(), threadName()]);
  assertEquals(await system.run(locate), threadName());
  assertEquals(await workersLeft(), []);
});

simulated('on: "here" is the thread of the caller', async () => {
  await using system = new ActorSystem({ workers: 2 });
  const here = await system.spawn(resident.with({ on: "here" }));
  assertEquals(await here.ask.thread(), threadName());
  const parent = await system.spawn(settler);
  const child = await parent.ask.settle("here");
  assertEquals(await child.ask.thread(), await parent.ask.thread());
});

simulated('on: "own" is a worker of its own, which ends with the actor', async () => {
  await using system = new ActorSystem({ workers: 1 });
  const [one, two] = [
    await system.spawn(resident.with({ on: "own" })),
    await system.spawn(resident.with({ on: "own" })),
  ];
  assertEquals(new Set([await one.ask.thread(), await two.ask.thread(), threadName()]).size, 3);
  await one.stop();
  await two.terminate();
  await noWorkerLeft();
});

simulated('on: "own": exited gives the reason, when asked before the end', async () => {
  await using system = new ActorSystem({ workers: 0 });
  for (let round = 0; round < 5; round++) {
    const ref = await system.spawn(resident.with({ on: "own" }));
    const { exited } = ref;
    await ref.stop();
    assertEquals(await exited, { kind: "shutdown" }, `round ${round}`);
  }
});

simulated('on: "own": exited gives the reason, when asked after the end', async () => {
  await using system = new ActorSystem({ workers: 0 });
  const stopped = await system.spawn(resident.with({ on: "own" }));
  await stopped.stop();
  await noWorkerLeft();
  assertEquals(await stopped.exited, { kind: "shutdown" });
  const killed = await system.spawn(resident.with({ on: "own" }));
  await killed.terminate();
  await noWorkerLeft();
  assertEquals(await killed.exited, { kind: "killed" });
});

simulated('on: "own" takes no other actor', async () => {
  await using system = new ActorSystem({ workers: 1 });
  const own = await system.spawn(resident.with({ on: "own" }));
  const others = [await system.spawn(resident), await system.spawn(resident)];
  const thread = await own.ask.thread();
  for (const other of others) assertEquals(await other.ask.thread() === thread, false);
  assertEquals(await system.run(locate) === thread, false);
});

simulated('on: "own" ends its worker when setup fails', async () => {
  await using system = new ActorSystem({ workers: 0 });
  const definition = failing.with({ on: "own", startTimeoutMs: 500 });
  for (const how of ["throws", "rejects", "hangs"] as const) {
    await assertRejects(() => system.spawn(definition, how), Error);
    await noWorkerLeft();
  }
});

Deno.test('on: "own" ends its worker when its actor came to a bad end', async () => {
  await using system = new ActorSystem({ workers: 0 });
  const options = { on: "own", restart: "temporary" } as const;
  const ref = await system.spawn(resident.with(options));
  await assertRejects(() => ref.ask.read("/does/not/exist"), Deno.errors.NotFound);
  assertEquals((await ref.exited).kind, "error");
  await noWorkerLeft();
});

simulated("near puts an actor on the thread of another one", async () => {
  await using system = new ActorSystem({ workers: 3 });
  const [one, two] = [await system.spawn(resident), await system.spawn(resident)];
  for (const ref of [one, two, one]) {
    const neighbour = await system.spawn(resident.with({ near: ref }));
    assertEquals(await neighbour.ask.thread(), await ref.ask.thread());
  }
  const here = await system.spawn(resident.with({ on: "here" }));
  const neighbour = await system.spawn(resident.with({ near: here }));
  assertEquals(await neighbour.ask.thread(), threadName());
});

simulated("near puts an actor beside an actor with a worker of its own", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const own = await system.spawn(resident.with({ on: "own" }));
  const neighbour = await system.spawn(resident.with({ near: own }));
  assertEquals(await neighbour.ask.thread(), await own.ask.thread());
});

simulated("near an actor of another system is refused", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using other = new ActorSystem({ workers: 0 });
  const ref = await other.spawn(resident);
  const spawned = system.spawn(resident.with({ near: ref }));
  await assertRejects(() => spawned, TypeError, "near");
});

simulated("near an actor whose worker has ended rejects", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const own = await system.spawn(resident.with({ on: "own" }));
  await own.stop();
  await noWorkerLeft();
  const spawned = within(20_000, "the rejection", system.spawn(resident.with({ near: own })));
  await assertRejects(() => spawned, HostLostError);
});

simulated("ActorContext.spawn() starts an actor on another worker", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const parent = await system.spawn(settler);
  const child = await parent.ask.settle("any");
  assertEquals(
    new Set([await child.ask.thread(), await parent.ask.thread(), threadName()]).size,
    3,
  );
  const beside = await parent.ask.settleNear(child);
  assertEquals(await beside.ask.thread(), await child.ask.thread());
});

simulated(
  'ActorContext.spawn() with on: "own" gives a worker, which ends with the child',
  async () => {
    await using system = new ActorSystem({ workers: 0 });
    const parent = await system.spawn(settler.with({ on: "own" }));
    const child = await parent.ask.settle("own");
    assertEquals(
      new Set([await child.ask.thread(), await parent.ask.thread(), threadName()]).size,
      3,
    );
    await parent.stop();
    assertEquals((await within(20_000, "the child's end", child.exited)).kind, "shutdown");
    await noWorkerLeft();
  },
);

Deno.test('worker: "thread" runs everything on node:worker_threads', async () => {
  await using system = new ActorSystem({ workers: 1, worker: "thread" });
  const ref = await system.spawn(resident);
  const own = await system.spawn(resident.with({ on: "own" }));
  assertEquals([await ref.ask.kind(), await own.ask.kind()], ["thread", "thread"]);
  assertEquals(await system.run(kindOfThread), "thread");
});

Deno.test('worker: "thread" for one actor leaves the others on web workers', async () => {
  await using system = new ActorSystem({ workers: 1 });
  const own = await system.spawn(resident.with({ own: { worker: "thread" } }));
  assertEquals(await own.ask.kind(), "thread");
  assertEquals(await (await system.spawn(resident)).ask.kind(), "web");
  const hasThread = async () => (await workersLeft()).some((left) => left.startsWith("thread"));
  assertEquals(await hasThread(), true);
  await own.stop();
  await until(20_000, "the end of the thread", async () => !await hasThread());
});

Deno.test('worker: "thread" and "web" actors talk to each other', async () => {
  await using system = new ActorSystem({ workers: 1 });
  const thread = await system.spawn(settler.with({ own: { worker: "thread" } }));
  const web = await thread.ask.settle("any");
  const beside = await thread.ask.settle("here");
  assertEquals([await web.ask.kind(), await beside.ask.kind()], ["web", "thread"]);
});

simulated("own with another place is refused", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const near = await system.spawn(resident);
  const own = { permissions: "none" } as const;
  for (const place of [{ on: "here" }, { on: "any" }, { near }] as const) {
    const definition = resident.with({ ...place, own });
    await assertRejects(() => system.spawn(definition), TypeError, "own exclude each other");
  }
});

Deno.test.each([
  { options: { worker: "thread" }, says: 'write own: { worker: "thread" }' },
  { options: { permissions: { read: true } }, says: "write own: { permissions: ... }" },
  { options: { on: "any", unresponsiveMs: 100 }, says: "write own: { unresponsiveMs: 100 }" },
])("an option of own without it is refused: $says", ({ options, says }) => {
  assertThrows(() => resident.with(options as ActorOptions), TypeError, says);
  assertThrows(() => read.with(options as TaskOptions), TypeError, says);
});

Deno.test('an option of own beside on: "own" is one of own', () => {
  const flat = { on: "own", worker: "thread", unresponsiveMs: 100 } as const;
  const own = { worker: "thread", unresponsiveMs: 100 };
  assertEquals(resident.with(flat).options, { on: "own", own } as ActorOptions);
  assertEquals(read.with(flat).options, { on: "own", own } as TaskOptions);
  const both = resident.with({ own: { worker: "web" } }).with({ on: "own", unresponsiveMs: 50 });
  assertEquals(both.options, { on: "own", own: { worker: "web", unresponsiveMs: 50 } });
  assertThrows(
    () => resident.with({ on: "own", worker: "cloud" as never }),
    TypeError,
    "worker must be",
  );
});

Deno.test("own keeps what it says in a message, and refuses what makes no sense", () => {
  const own = { worker: "thread", unresponsiveMs: Infinity } as const;
  const { message } = pack(resident.with({ own }));
  assertEquals((unpack(message) as typeof resident).options, { own });
  assertThrows(
    () => resident.with({ own: { unresponsiveMs: -1 } }),
    RangeError,
    "own.unresponsive",
  );
  assertThrows(() => resident.with({ own: null as never }), TypeError, "own must be an object");
});

Deno.test("permissions hold in the worker: a read outside them is denied", async () => {
  await using system = new ActorSystem({ workers: 0 });
  await using folder = await scratchFolder();
  const allowed = { read: [`${ROOT}actors`, `${ROOT}channels`, `${ROOT}tests`] };
  const options = { own: { permissions: allowed }, onError: "resume" } as const;
  const ref = await system.spawn(resident.with(options));
  await Deno.writeTextFile(`${folder.path}/secret`, "secret");
  await assertRejects(() => ref.ask.read(`${folder.path}/secret`), Deno.errors.NotCapable);
  assertStringIncludes(await ref.ask.read(`${ROOT}tests/fixtures/places.ts`), "resident");
  assertEquals(await ref.ask.permission("write") === "granted", false);
});

Deno.test("permissions of a task hold in its worker", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const permissions = { read: [`${ROOT}actors`, `${ROOT}channels`, `${ROOT}tests`] };
  const run = system.run(read.with({ own: { permissions } }), `${ROOT}mod.ts`);
  await assertRejects(() => run, Deno.errors.NotCapable);
  await noWorkerLeft();
});

Deno.test("permissions that keep the module from being read reject and say so", async () => {
  await using system = new ActorSystem({ workers: 0, startTimeoutMs: 30_000 });
  const spawned = system.spawn(resident.with({ own: { permissions: "none" } }));
  const error = await assertRejects(() => within(10_000, "the rejection", spawned), Error);
  const text = `${error.message} ${(error.cause as Error | undefined)?.message ?? ""}`;
  assertMatch(text, /read access|permission|--allow-import/i);
  await noWorkerLeft();
});

Deno.test("permissions beyond the program's own reject and leave no worker", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const permissions = { ffi: true, read: true } as const;
  const definition = resident.with({ own: { permissions }, name: "greedy" });
  await assertRejects(() => system.spawn(definition), Error, "permission");
  await noWorkerLeft();
  const modest = await system.spawn(resident.with({ name: "greedy" }));
  assertEquals(await modest.ask.kind(), "main");
});

Deno.test('permissions are refused with worker: "thread", which cannot keep them', async () => {
  await using system = new ActorSystem({ workers: 0 });
  const permissions = { read: true, net: false } as const;
  const definition = resident.with({ own: { worker: "thread", permissions } });
  await assertRejects(() => system.spawn(definition), TypeError, "permissions");
});

Deno.test("permissions are refused when the system's kind of worker is a thread", async () => {
  await using system = new ActorSystem({ workers: 0, worker: "thread" });
  const permissions = { read: true, net: false } as const;
  const definition = resident.with({ own: { permissions } });
  await assertRejects(() => system.spawn(definition), TypeError, "permissions");
});

programTest(
  "permissions without --unstable-worker-options: the program hears of the flag",
  async () => {
    await using folder = await scratchFolder();
    const path = `${folder.path}/main.ts`;
    await Deno.writeTextFile(
      path,
      `import { actor, ActorSystem } from "../../mod.ts";
    const pinger = actor(import.meta, () => ({ ping: () => "pong" }));
    if (import.meta.main) {
      await using system = new ActorSystem({ workers: 0 });
      await system.spawn(pinger.with({ own: { permissions: { read: true } } }));
    }`,
    );
    const flags = ["--no-config", "--allow-read"];
    const { code, stderr } = await runProgram(path, { flags, timeoutMs: 10_000 });
    assertStringIncludes(stderr, "--unstable-worker-options");
    assertEquals(code === 0, false);
  },
);

simulated.each(PLACES)("ActorSystem.run() gives the result of a task, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  assertEquals(await system.run(divide, 4), 0.25);
  await assertRejects(() => system.run(divide, 0), RangeError, "division by zero");
  assertEquals(await system.run(locate) === threadName(), workers === 0);
});

Deno.test("ActorSystem.run() spreads tasks over the workers", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const words = [sharedWords(2), sharedWords(2)];
  const blocked = words.map((each) => system.run(block, each));
  // Both only begin at the same time when each has a thread.
  await Promise.all(words.map((each) => wordSet(each, 0)));
  for (const each of words) {
    Atomics.store(each, 1, 1);
    Atomics.notify(each, 1);
  }
  assertEquals(await Promise.all(blocked), ["ok", "ok"]);
});

simulated('ActorSystem.run() with on: "here" runs on the thread of the caller', async () => {
  await using system = new ActorSystem({ workers: 1 });
  assertEquals(await system.run(locate.with({ on: "here" })), threadName());
  const parent = await system.spawn(settler);
  assertEquals(await parent.ask.run("here"), await parent.ask.thread());
});

simulated("ActorSystem.run() with near runs on the thread of an actor", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const [one, two] = [await system.spawn(resident), await system.spawn(resident)];
  for (const near of [one, two]) {
    assertEquals(await system.run(locate.with({ near })), await near.ask.thread());
  }
  const parent = await system.spawn(settler);
  assertEquals(await parent.ask.runNear(one), await one.ask.thread());
});

Deno.test.each([["web"], ["thread"]] as ["web" | "thread"][])(
  'ActorSystem.run() with on: "own" ends its %s worker afterwards',
  async (worker) => {
    await using system = new ActorSystem({ workers: 0 });
    const own = { own: { worker } } as const;
    assertEquals(await system.run(kindOfThread.with(own)), worker);
    await assertRejects(() => system.run(divide.with(own), 0), RangeError);
    await noWorkerLeft();
  },
);

simulated("ActorContext.run() runs a task on another worker, and on its own", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const parent = await system.spawn(settler);
  const threads = [await parent.ask.run("any"), await parent.ask.run("own")];
  assertEquals(new Set([...threads, await parent.ask.thread(), threadName()]).size, 4);
});

simulated.each(PLACES)("TaskOptions.timeoutMs ends the wait, on $where", async ({ workers }) => {
  await using system = new ActorSystem({ workers, shutdownMs: 500 });
  const run = system.run(hang.with({ timeoutMs: 50, name: "sleepy" }));
  const error = await assertRejects(() => within(20_000, "the timeout", run), DOMException);
  assertEquals(error.name, "TimeoutError");
  assertMatch(error.message, /sleepy.* 50 ms$/);
});

simulated.each(PLACES)("TaskOptions.signal ends the wait with its reason, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers, shutdownMs: 500 });
  const controller = new AbortController();
  const run = system.run(hang.with({ signal: controller.signal }));
  controller.abort(new RangeError("enough"));
  await assertRejects(() => within(20_000, "the abort", run), RangeError, "enough");
});

simulated.each(PLACES)("TaskOptions.signal that is aborted runs nothing, on $where", async ({
  workers,
}) => {
  await using system = new ActorSystem({ workers });
  const words = sharedWords(1);
  const run = system.run(mark.with({ signal: AbortSignal.abort("before") }), words, 0);
  assertEquals(await run.then(() => "ran", (reason) => reason), "before");
  await system.run(mark, sharedWords(1), 0);
  assertEquals(words[0], 0);
});

simulated("TaskOptions.timeoutMs: 0 does not wait and runs nothing", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const words = sharedWords(1);
  const run = system.run(mark.with({ timeoutMs: 0 }), words, 0);
  const error = await assertRejects(() => run, DOMException);
  assertEquals(error.name, "TimeoutError");
  await system.run(mark, sharedWords(1), 0);
  assertEquals(words[0], 0);
});

Deno.test("ActorSystem.run(): a task aborted behind another one never runs", async () => {
  await using system = new ActorSystem({ workers: 1 });
  for (let round = 0; round < 10; round++) {
    const words = sharedWords(4);
    const blocked = system.run(block, words);
    await wordSet(words, 0);
    const controller = new AbortController();
    const signalled = mark.with({ signal: controller.signal });
    const queued = system.run(signalled, words, 2);
    const kept = system.run(mark, words, 3);
    controller.abort("not needed");
    assertEquals(await queued.then(() => "ran", (reason) => reason), "not needed");
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
    await Promise.all([blocked, kept]);
    assertEquals([words[2], words[3]], [0, 1], `round ${round}`);
  }
});

Deno.test("ActorSystem.run(): a task whose time is over behind another never runs", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const words = sharedWords(4);
  const blocked = system.run(block, words);
  await wordSet(words, 0);
  const queued = system.run(mark.with({ timeoutMs: 20 }), words, 2);
  await assertRejects(() => queued, DOMException);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
  await blocked;
  await system.run(mark, words, 3);
  assertEquals([words[2], words[3]], [0, 1]);
});

simulated(
  "ActorSystem.run(): a task hears of an abort by a signal among its arguments",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const { signal, controller } = newSignal();
    const words = sharedWords(2);
    const run = system.run(hangAware.with({ signal }), signal, words);
    await wordSet(words, 0);
    controller.abort();
    await assertRejects(() => run, DOMException);
    await wordSet(words, 1);
  },
);

function newSignal() {
  const controller = new AbortController();
  return { controller, signal: controller.signal };
}

simulated(
  'ActorSystem.run() with on: "own": the worker ends when the task is given up',
  async () => {
    await using system = new ActorSystem({ workers: 0 });
    const run = system.run(hang.with({ on: "own", timeoutMs: 200 }));
    await assertRejects(() => run, DOMException);
    await noWorkerLeft();
  },
);

simulated('ActorSystem.run() with on: "own": a task that comes too late is a timeout', async () => {
  await using system = new ActorSystem({ workers: 0 });
  // Some of these limits run out while the worker starts, some when the task comes, some later.
  const limits = Array.from({ length: 12 }, (_, index) => 20 + 15 * index);
  for (const timeoutMs of limits) {
    const run = system.run(hang.with({ on: "own", timeoutMs }));
    const { name } = await assertRejects(() => run, DOMException);
    assertEquals(name, "TimeoutError");
  }
  await noWorkerLeft();
});

simulated.each([["web"], ["thread"]] as ["web" | "thread"][])(
  "ActorSystem.run() rejects when the task ends its %s worker",
  async (worker) => {
    await using system = new ActorSystem({ workers: 1, worker });
    for (let round = 0; round < 3; round++) {
      const runs = [system.run(quit), system.run(hang)];
      const ends = Promise.allSettled(runs);
      for (const end of await within(20_000, `the loss, round ${round}`, ends)) {
        assert(end.status === "rejected" && end.reason instanceof HostLostError);
      }
    }
    assertEquals(await system.run(divide, 2), 0.5);
  },
);
