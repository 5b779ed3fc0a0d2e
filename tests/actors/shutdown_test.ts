import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { ActorStoppedError, ActorSystem } from "../../mod.ts";
import { events, PLACES, probe } from "../fixtures/life_probe.ts";
import {
  announcer,
  mourner,
  never,
  reporter,
  reports,
  slow,
  testator,
  willMaker,
  worker,
} from "../fixtures/life_shutdown.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { within } from "../testing.ts";

const PROGRAM = new URL("../fixtures/life_program.ts", import.meta.url).href;

async function run(name: string, workers: number) {
  const flags = ["--no-check", "--allow-read"];
  const result = await runProgram(PROGRAM, {
    flags,
    args: [name, `${workers}`],
    timeoutMs: 10_000,
  });
  assertEquals(result.stderr, "");
  return { code: result.code, lines: result.stdout.trimEnd().split("\n") };
}

async function spawnWorker(system: ActorSystem) {
  const log = await system.spawn(probe);
  return { log, ref: await system.spawn(worker.with({ name: "worker" }), log) };
}

simulated.each(PLACES)(
  "ActorSystem refuses everything after shutdown() with actors on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { log, ref } = await spawnWorker(system);
    await system.shutdown();
    const refused = (doing: string) => `Cannot ${doing}: the system has shut down`;
    const ask = await assertRejects(() => ref.ask.ping(), ActorStoppedError, refused('ask "ping"'));
    assertEquals(ask.what, "system");
    const spawned = () => system.spawn(worker, log);
    await assertRejects(spawned, ActorStoppedError, refused("spawn actor"));
    await assertRejects(() => system.run(slow, 1), ActorStoppedError, refused("run task"));
    await assertRejects(() => system.find("worker"), ActorStoppedError, refused("find actor"));
    assertThrows(() => ref.stream.values(), ActorStoppedError, refused('stream "values"'));
    const { deadLetters } = system;
    ref.tell.ping();
    assertEquals(system.deadLetters, deadLetters + 1);
  },
);

simulated.each(PLACES)(
  "ActorRef.exited, stop() and terminate() are settled after shutdown() with actors on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { ref } = await spawnWorker(system);
    await system.shutdown();
    const all = Promise.all([ref.exited, ref.stop(), ref.terminate()]);
    const [reason] = await within(3_000, "all three", all);
    assertEquals(reason.kind, "shutdown");
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() refuses what comes from outside meanwhile, on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { log, ref } = await spawnWorker(system);
    const busy = ref.ask.step(1);
    const down = system.shutdown();
    await assertRejects(() => ref.ask.ping(), ActorStoppedError);
    await assertRejects(() => system.spawn(worker, log), ActorStoppedError);
    const letters = events(system, "deadletter");
    ref.tell.ping();
    assertEquals(letters.map(({ ref: actor, handler }) => [actor.id, handler]), [[ref.id, "ping"]]);
    await within(4_000, "the shutdown", down);
    assertEquals(await busy, 1);
  },
);

simulated.each([...PLACES, { where: "two workers", workers: 2 }])(
  "ActorSystem.shutdown() drains the mailboxes on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { ref } = await spawnWorker(system);
    const replies = Array.from({ length: 100 }, (_, i) => ref.ask.step(i));
    const { abandoned } = await within(20_000, "the shutdown", system.shutdown());
    assertEquals(await Promise.all(replies), Array.from({ length: 100 }, (_, i) => i));
    assertEquals(abandoned, []);
  },
);

simulated.each([...PLACES, { where: "two workers", workers: 2 }])(
  "ActorSystem.shutdown() lets actors on $where ask each other while they drain",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { log, ref: first } = await spawnWorker(system);
    const second = await system.spawn(worker, log);
    const replies = second.ask.askNext(first, 20);
    await within(20_000, "the shutdown", system.shutdown());
    assertEquals(await replies, Array(20).fill("pong"));
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() waits for running tasks on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const result = system.run(slow, 50);
    await within(20_000, "the shutdown", system.shutdown());
    assertEquals(await result, 50);
  },
);

simulated("ActorSystem.shutdown() stops actors in reverse order of start", async () => {
  reports.length = 0;
  const system = new ActorSystem({ workers: 0 });
  for (const name of ["a", "b", "c"]) await system.spawn(mourner, name);
  await system.shutdown();
  assertEquals(reports, ["c", "b", "a"]);
});

simulated.each(PLACES)(
  "ActorSystem.shutdown() lets onStop callbacks ask older actors on $where",
  async ({ workers }) => {
    reports.length = 0;
    const system = new ActorSystem({ workers });
    const failures = events(system, "error");
    const to = await system.spawn(reporter.with({ on: "here" }));
    for (const name of ["a", "b"]) await system.spawn(announcer, to, name);
    await within(20_000, "the shutdown", system.shutdown());
    assertEquals(failures.map(({ error }) => `${error}`), []);
    assertEquals(reports, [
      "b, second callback",
      "b, first callback",
      "a, second callback",
      "a, first callback",
    ]);
  },
);

simulated.each(
  PLACES.flatMap((place) => [willMaker, testator].map((definition) => ({ ...place, definition }))),
)(
  "ActorSystem.shutdown() delivers what onStop callbacks tell on $where",
  async ({ workers, definition }) => {
    reports.length = 0;
    const system = new ActorSystem({ workers });
    const to = await system.spawn(reporter.with({ on: "here" }));
    await system.spawn(definition, to);
    await within(20_000, "the shutdown", system.shutdown());
    assertEquals(reports, ["the will"]);
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() does not wait for timers on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { ref } = await spawnWorker(system);
    await ref.ask.every(1);
    await ref.ask.later(60_000);
    const { abandoned } = await within(4_000, "the shutdown", system.shutdown());
    assertEquals(abandoned, []);
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() names in abandoned only who does not stop on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers, shutdownMs: 100 });
    const { log, ref } = await spawnWorker(system);
    const other = await system.spawn(worker.with({ name: "other" }), log);
    const hanging = assertRejects(
      () => ref.with({ timeoutMs: Infinity }).ask.hang(),
      ActorStoppedError,
    );
    await other.ask.ping();
    const { abandoned } = await within(4_000, "the shutdown", system.shutdown());
    assertEquals(abandoned, ["worker"]);
    await within(3_000, "the rejection", hanging);
    assertEquals((await within(3_000, "the reason", other.exited)).kind, "shutdown");
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() takes a limit of its own on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { ref } = await spawnWorker(system);
    const hanging = assertRejects(() => ref.ask.hang(), ActorStoppedError);
    const shutdown = system.shutdown({ timeoutMs: 50 });
    const { abandoned } = await within(4_000, "the shutdown", shutdown);
    assert(abandoned.includes("worker"));
    await within(3_000, "the rejection", hanging);
  },
);

simulated.each([{ timeoutMs: -1 }, { timeoutMs: NaN }])(
  "ActorSystem.shutdown() refuses timeoutMs $timeoutMs",
  async ({ timeoutMs }) => {
    await using system = new ActorSystem({ workers: 0 });
    await assertRejects(() => system.shutdown({ timeoutMs }), RangeError);
  },
);

simulated.each(PLACES)(
  "ActorSystem.shutdown() may be called twice, also afterwards, on $where",
  async ({ workers }) => {
    const system = new ActorSystem({ workers });
    const { ref } = await spawnWorker(system);
    await ref.ask.ping();
    const both = Promise.all([system.shutdown(), system.shutdown()]);
    const results = [...await within(20_000, "both", both)];
    results.push(await within(3_000, "a third", system.shutdown()));
    assertEquals(results, Array(3).fill({ abandoned: [] }));
    await system[Symbol.asyncDispose]();
  },
);

simulated("ActorSystem.shutdown() of a system that was never used ends at once", async () => {
  const system = new ActorSystem();
  assertEquals(await within(3_000, "the shutdown", system.shutdown()), { abandoned: [] });
});

simulated("ActorSystem.shutdown() ends workers that are just being started", async () => {
  for (let round = 0; round < 10; round++) {
    const system = new ActorSystem({ workers: 2, shutdownMs: 200 });
    const log = await system.spawn(probe);
    const started = Promise.allSettled([system.spawn(worker, log), system.spawn(worker, log)]);
    await within(20_000, "the shutdown", system.shutdown());
    await within(3_000, "both spawns", started);
  }
});

simulated.each(PLACES)(
  "await using shuts a system with actors on $where down",
  async ({ workers }) => {
    let outside;
    {
      await using system = new ActorSystem({ workers });
      outside = (await spawnWorker(system)).ref;
    }
    const ref = outside;
    await assertRejects(() => ref.ask.ping(), ActorStoppedError);
  },
);

simulated.each(PLACES)(
  "Every pending wait settles at shutdown() with actors on $where",
  async ({ workers }) => {
    for (let round = 0; round < 15; round++) {
      const system = new ActorSystem({ workers });
      const { log, ref } = await spawnWorker(system);
      const stuck = await system.spawn(worker.with({ near: ref }), log);
      const pending = [
        log.ask.pause("paused"),
        ref.ask.askNext(stuck, 3),
        stuck.ask.hang(),
        stuck.ask.ping(),
        stuck.stream.values().next(),
        ref.ask.hold("held"),
        ref.ask.ping(),
        system.run(never),
        system.spawn(worker, log),
        system.find("worker"),
      ];
      const settled = Promise.allSettled([...pending, ref.exited, stuck.exited]);
      if (round % 3 > 0) await ref.with({ timeoutMs: round % 3 }).ask.ping().catch(() => {});
      await within(4_000, "the shutdown", system.shutdown({ timeoutMs: 20 }));
      await within(3_000, "all that was pending", settled);
    }
  },
);

Deno.test("Every ask of one worker to another settles at shutdown()", async () => {
  for (let round = 0; round < 10; round++) {
    const system = new ActorSystem({ workers: 2 });
    const { log, ref } = await spawnWorker(system);
    const other = await system.spawn(worker, log);
    const asks = [ref.ask.askNext(other, 1_000_000), other.ask.askNext(ref, 1_000_000)];
    const settled = Promise.allSettled(asks);
    const { abandoned } = await within(4_000, "the shutdown", system.shutdown({ timeoutMs: 20 }));
    const results = await within(3_000, "both asks", settled);
    for (const result of results) {
      assert(result.status === "rejected");
      assertInstanceOf(result.reason, ActorStoppedError);
    }
    assert(abandoned.length > 0);
  }
});

programTest(
  "ActorSystem.shutdown() ends an endless loop on a thread worker and names its actor",
  async () => {
    assertEquals(await run("endless loop", 0), { code: 0, lines: ["loop"] });
  },
);

programTest(
  "ActorSystem.shutdown() gives up an endless loop in a Web Worker and names its actor",
  async () => {
    assertEquals(await run("endless loop in a Web Worker", 0), { code: 0, lines: ["loop"] });
  },
);

programTest.each([...PLACES, { where: "two workers", workers: 2 }])(
  "A program ends by itself after shutdown() with actors on $where",
  async ({ workers }) => {
    const result = await run("shutdown", workers);
    assertEquals(result, { code: 0, lines: ["reply", "reply", "done"] });
  },
);

programTest("A program ends by itself after await using", async () => {
  assertEquals(await run("await using", 1), { code: 0, lines: ["reply"] });
});

programTest(
  "A program without workers stays alive for a pending ask, then ends by itself",
  async () => {
    assertEquals(await run("pending ask", 0), { code: 0, lines: ["TimeoutError"] });
  },
);

programTest("A program without workers and without pending asks ends by itself", async () => {
  assertEquals(await run("idle", 0), { code: 0, lines: ["reply"] });
});

programTest.each(
  PLACES.flatMap((place) =>
    (["SIGINT", "SIGTERM"] as const).map((signal) => ({ ...place, signal }))
  ),
)(
  "shutdownOnSignal ends a program at $signal with code 0, with actors on $where",
  async ({ workers, signal }) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-read", PROGRAM, "signal", `${workers}`],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const errors = child.stderr.text();
    try {
      assertEquals((await within(10_000, "the start", reader.read())).value, "ready\n");
      child.kill(signal);
      const { code } = await within(4_000, "the end", child.status);
      assertEquals([code, await errors], [0, ""]);
      assertEquals((await reader.read()).value, "ActorStoppedError\n");
    } finally {
      await reader.cancel();
      await child[Symbol.asyncDispose]();
      await errors;
    }
  },
);

simulated("shutdownOnSignal listens no more after shutdown()", async () => {
  const system = new ActorSystem({ workers: 0, shutdownOnSignal: true });
  await system.shutdown();
});
