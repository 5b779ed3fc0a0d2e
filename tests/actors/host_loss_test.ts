import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  type ActorRef,
  ActorStoppedError,
  ActorSystem,
  HostLostError,
  NameTakenError,
} from "../../mod.ts";
import { type Death, DEATHS } from "../fixtures/deaths.ts";
import { hushed } from "../fixtures/life_probe.ts";
import { parent, phoenix } from "../fixtures/phoenix.ts";
import { locate, resident } from "../fixtures/places.ts";
import { simulated } from "../simulation/simulated.ts";
import { scratchFolder, within } from "../testing.ts";

type Phoenix = ReturnType<typeof phoenix.setup> & object;

interface Way {
  readonly worker: "web" | "thread";
  readonly death: Death;
}

const WAYS: Way[] = (["web", "thread"] as const).flatMap((worker) =>
  DEATHS.map((death) => ({ worker, death }))
);

async function comesBack({ worker, death }: Way, on: "any" | "own"): Promise<void> {
  await using system = hushed(new ActorSystem({ workers: 1, worker }));
  const ref = await system.spawn(phoenix.with({ on, name: "bird" }), 10);
  const neighbour = await system.spawn(phoenix.with({ near: ref }), 20);
  const threads = [await ref.ask.thread()];
  for (let round = 1; round <= 3; round++) {
    await ref.ask.add(5);
    const asks = [ref.ask.wait(), neighbour.ask.wait(), ref.ask.die(death)];
    for (const { status } of await within(20_000, "the asks", Promise.allSettled(asks))) {
      assertEquals(status, "rejected");
    }
    const [count, restarts, thread, other] = await within(
      20_000,
      `the actors, round ${round}`,
      Promise.all([
        ref.ask.add(1),
        ref.ask.restarts(),
        ref.ask.thread(),
        neighbour.ask.add(1),
      ]),
    );
    assertEquals([count, restarts, other], [11, round, 21]);
    assert(!threads.includes(thread));
    threads.push(thread);
    assertEquals(await ref.ask.isSelf(ref), true);
    assertEquals((await system.find<typeof phoenix>("bird"))?.id, ref.id);
    assertEquals(await neighbour.ask.thread(), thread);
  }
}

// On real threads: that each of these ends is noticed only the platform can say.
Deno.test.each(WAYS)(
  "An actor comes back on another thread when its $worker worker ends: $death",
  async (way) => await comesBack(way, "any"),
);

simulated.each(WAYS)(
  "An actor comes back on another thread when its own $worker worker ends: $death",
  async (way) => await comesBack(way, "own"),
);

simulated(
  "Messages sent after the loss of a worker was noticed arrive afterwards, in order",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(phoenix, 0);
    for (let round = 0; round < 3; round++) {
      await within(20_000, "the loss", ref.ask.die("close").catch(() => {}));
      const replies: Promise<number>[] = [];
      for (let n = 1; n <= 100; n++) {
        ref.tell.add(1);
        replies.push(ref.ask.add(1));
      }
      const counts = await within(20_000, "the replies", Promise.all(replies));
      assertEquals(counts, Array.from({ length: 100 }, (_, n) => 2 * n + 2));
    }
    assertEquals(system.deadLetters, 0);
  },
);

simulated("After three losses within five seconds an actor has ended, and so it says", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const restarts: number[] = [];
  system.addEventListener("restart", ({ detail }) => restarts.push(detail.restarts));
  const ref = await system.spawn(phoenix.with({ name: "bird" }), 0);
  for (let round = 0; round < 4; round++) {
    await within(20_000, "the loss", ref.ask.die("exit").catch(() => {}));
  }
  const reason = await within(20_000, "the end", ref.exited);
  assert(reason.kind === "host-lost");
  assertInstanceOf(reason.error, HostLostError);
  assertEquals(restarts, [1, 2, 3]);
  await assertRejects(() => within(20_000, "a refusal", ref.ask.add(1)), HostLostError);
  assertEquals(await system.find("bird"), undefined);
  assertEquals(await (await system.spawn(phoenix.with({ name: "bird" }), 7)).ask.add(1), 8);
});

const MIXES = [
  ["fail", "fail", "lose", "lose"],
  ["lose", "lose", "fail", "fail"],
  ["fail", "lose", "fail", "lose"],
  ["fail", "fail", "fail", "lose"],
  ["lose", "lose", "lose", "fail"],
] as const;

simulated.each(MIXES.flatMap((mix) => [
  { mix, steps: mix.join(", "), owner: "the main thread" },
  { mix, steps: mix.join(", "), owner: "a worker" },
]))(
  "Failures and losses count together for an actor that $owner started: $steps",
  async ({ mix, owner }) => {
    await using system = hushed(new ActorSystem({ workers: 1 }));
    const restarts: number[] = [];
    system.addEventListener("restart", ({ detail }) => restarts.push(detail.restarts));
    const bird = phoenix.with({ on: "own" });
    const ref = owner === "a worker"
      ? await (await system.spawn(parent)).ask.start("bird") as ActorRef<Phoenix>
      : await system.spawn(bird, 0);
    for (const step of mix) {
      assertEquals(await within(20_000, "an answer", ref.ask.restarts()), restarts.length);
      const doing = step === "fail" ? ref.ask.fail() : ref.ask.die("exit");
      await within(20_000, step, doing.catch(() => {}));
    }
    const reason = await within(20_000, "the end", ref.exited);
    assertEquals(reason.kind, mix.at(-1) === "fail" ? "error" : "host-lost");
    assertEquals(restarts, [1, 2, 3]);
  },
);

simulated("stop() and terminate() are not undone by the loss of the worker", async () => {
  for (const order of ["stop", "terminate"] as const) {
    for (let round = 0; round < 5; round++) {
      await using system = new ActorSystem({ workers: 1 });
      const ref = await system.spawn(phoenix, 0);
      const neighbour = await system.spawn(phoenix.with({ concurrency: 100 }), 0);
      const dying = neighbour.ask.die("close").catch(() => {});
      const ordered = ref[order]();
      await within(20_000, "the loss", dying);
      await within(20_000, order, ordered);
      assertNotEquals((await within(20_000, "the end", ref.exited)).kind, "normal");
      assertEquals(await within(20_000, "the neighbour", neighbour.ask.add(1)), 1);
      await assertRejects(() => within(20_000, "a refusal", ref.ask.add(1)), Error);
    }
  }
});

Deno.test(
  "A thread in an endless loop ends with the actor that is terminated, its neighbour comes back",
  async () => {
    await using system = new ActorSystem({ workers: 1, worker: "thread" });
    const ref = await system.spawn(phoenix, 0);
    const neighbour = await system.spawn(phoenix, 5);
    const elsewhere = await system.spawn(phoenix.with({ on: "own" }), 0);
    ref.tell.loop();
    await elsewhere.ask.add(1); // The loop has been posted by now; what is sent later is never read.
    const asked = assertRejects(() => neighbour.ask.wait(), HostLostError);
    await within(20_000, "the end", ref.terminate());
    await within(3_000, "the rejection", asked);
    assertEquals(await within(3_000, "the reason", ref.exited), { kind: "killed" });
    assertEquals(await within(20_000, "the neighbour", neighbour.ask.add(1)), 6);
  },
);

simulated("A child on another worker is started again by its parent's thread", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const mother = await system.spawn(parent);
  const child = await mother.ask.start("child") as never as Awaited<
    ReturnType<typeof system.spawn<ReturnType<typeof phoenix.setup> & object, []>>
  >;
  const bird = await system.find<typeof phoenix>("child");
  assertEquals(await mother.ask.add(2), 2);
  await within(10_000, "the loss", bird!.ask.die("close").catch(() => {}));
  assertEquals(await within(10_000, "the child", mother.ask.add(3)), 3);
  assertEquals(child.id, bird!.id);
});

simulated(
  "The children of an actor whose worker ends are stopped before it comes back, and their names free",
  async () => {
    await using system = new ActorSystem({ workers: 1 });
    const mother = await system.spawn(parent);
    for (let round = 0; round < 3; round++) {
      await mother.ask.start("child");
      const child = (await system.find<typeof phoenix>("child"))!;
      await assertRejects(() => mother.ask.start("child"), NameTakenError);
      mother.tell.die("close");
      assertEquals((await within(10_000, "the child's end", child.exited)).kind, "shutdown");
      await within(10_000, `the name, round ${round}`, mother.ask.start("child"));
      assertEquals(await mother.ask.add(4), 4);
      await (await system.find("child"))!.stop();
    }
  },
);

simulated("Temporary actors do not come back", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const ref = await system.spawn(phoenix.with({ restart: "temporary", name: "t" }), 0);
  const other = await system.spawn(phoenix, 0);
  await within(20_000, "the loss", ref.ask.die("close").catch(() => {}));
  assertEquals((await within(20_000, "the end", ref.exited)).kind, "host-lost");
  assertEquals(await within(20_000, "the other", other.ask.add(1)), 1);
  assertEquals(await system.find("t"), undefined);
  await assertRejects(() => within(20_000, "a refusal", ref.ask.add(1)), Error);
});

simulated("A shutdown starts nothing again", async () => {
  for (let round = 0; round < 10; round++) {
    const system = new ActorSystem({ workers: 2 });
    const refs = [await system.spawn(phoenix, 0), await system.spawn(phoenix, 0)];
    for (const ref of refs) ref.tell.die("close");
    if (round % 2 === 0) await refs[0]!.ask.wait().catch(() => {});
    const { abandoned } = await within(8_000, "the shutdown", system.shutdown());
    assertEquals(abandoned, []);
  }
});

Deno.test(
  "An actor ends with the error when its module is gone at the restart on a new thread",
  async () => {
    await using folder = await scratchFolder();
    const url = new URL(`file://${await Deno.realPath(folder.path)}/gone.ts`);
    const library = new URL("../../mod.ts", import.meta.url);
    await Deno.writeTextFile(
      url,
      `import { actor } from ${JSON.stringify(library.href)};
    export const gone = actor(import.meta, () => ({
      ping: () => "pong",
      die: () => { self.close(); return new Promise(() => {}); },
    }));`,
    );
    const { gone } = await import(url.href);
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(gone as typeof phoenix, 0) as never as ActorRef<Gone>;
    const neighbour = await system.spawn(phoenix, 4);
    assertEquals(await ref.ask.ping(), "pong");
    await Deno.remove(url);
    await assertRejects(() => within(20_000, "the loss", ref.ask.die()), HostLostError);
    const reason = await within(20_000, "the end", ref.exited);
    assert(reason.kind === "error");
    assertInstanceOf(reason.error, Error, "gone.ts");
    await assertRejects(() => within(20_000, "a refusal", ref.ask.ping()), ActorStoppedError);
    assertEquals(await within(20_000, "the neighbour", neighbour.ask.add(1)), 5);
  },
);

type Gone = { ping(): string; die(): Promise<never> };

const EARLY: [string, (system: ActorSystem) => Promise<unknown>][] = [
  ["a task that runs", (system) => system.run(locate)],
  ["an actor that stays", (system) => system.spawn(resident)],
  ["an actor that is stopped", async (system) => await (await system.spawn(resident)).stop()],
  ["a task that is given up", async (system) => {
    await system.run(locate.with({ signal: AbortSignal.timeout(0) })).catch(() => {});
  }],
  ["a task that is given up before it is placed", async (system) => {
    const left = new AbortController();
    const run = system.run(locate.with({ signal: left.signal }));
    left.abort();
    await assertRejects(() => run, DOMException);
  }],
  ["an actor that is given up", async (system) => {
    await system.spawn(resident.with({ startTimeoutMs: 1 })).then((ref) => ref.stop(), () => {});
  }],
];

simulated.each(EARLY.map(([what, start]) => ({ what, start })))(
  "A worker that comes back is as busy as what was placed there meanwhile makes it: $what",
  async ({ start }) => {
    await using system = hushed(new ActorSystem({ workers: 2 }));
    const one = await system.spawn(phoenix, 0);
    const other = await system.spawn(phoenix, 0);
    await assertRejects(() => one.ask.die("close"), HostLostError);
    // Half of these are placed on the lost one.
    const early = Array.from({ length: 10 }, () => start(system));
    await within(20_000, "what was placed", Promise.all(early));
    const threads = [await one.ask.thread(), await other.ask.thread()];
    // Of a task that is given up nobody hears when it has ended; the answer to a later one comes after that.
    await Promise.all([one, other].map((near) => system.run(locate.with({ near }))));
    const later = phoenix.with({ restart: "temporary" });
    const refs = await Promise.all(Array.from({ length: 6 }, () => system.spawn(later, 0)));
    const places = await Promise.all(refs.map((ref) => ref.ask.thread()));
    const counts = threads.map((thread) => places.filter((place) => place === thread).length);
    assertEquals(counts, [3, 3]);
  },
);
