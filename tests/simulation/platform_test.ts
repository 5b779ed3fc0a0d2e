/**
 * What the simulated platform has to have in common with the real one: where it has not, a simulation raises false
 * alarms, or none.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { closePort, listen } from "../../channels/thread/port.ts";
import { type Platform, realPlatform, type StartedWorker } from "../../channels/thread/platform.ts";
import { thread } from "../../channels/thread/thread.ts";
import { programTest, runProgram } from "../program.ts";
import { within } from "../testing.ts";
import { World } from "../../testing/simulation/world.ts";

interface Case {
  readonly platform: "real" | "simulated";
  /** Runs a program on it. */
  readonly on: (program: Program) => Promise<void>;
}

/** @param startIdle Starts a worker that takes no message. */
type Program = (platform: Platform, startIdle: () => StartedWorker) => Promise<void>;

const IDLE = { name: "idle", onError() {} };

const CASES: Case[] = [
  {
    platform: "real",
    on: (program) =>
      program(thread().platform, () =>
        realPlatform.startWorker({
          ...IDLE,
          kind: "web",
          entry: new URL("data:text/javascript,"),
          permissions: null,
        })),
  },
  {
    platform: "simulated",
    on(program) {
      const world = new World();
      const startIdle = () => world.startThread(IDLE, () => {});
      return world.run(() => program(thread().platform, startIdle));
    },
  },
];

/** Resolves with the next message that comes to a port. */
function next(port: MessagePort): Promise<unknown> {
  const message = new Promise((resolve) => port.onmessage = ({ data }) => resolve(data));
  return within(20_000, "a message", message);
}

Deno.test.each(CASES)("A port gives its messages in order: $platform", async ({ on }) => {
  await on(async ({ ports }) => {
    const { port1, port2 } = ports.channel();
    const came: unknown[] = [];
    const over = new Promise<void>((resolve) => {
      port2.onmessage = ({ data }) => data === "end" ? resolve() : came.push(data);
    });
    for (const message of ["a", { b: [1] }, "c", "end"]) port1.postMessage(message);
    assertEquals(came, []);
    await within(20_000, "the last message", over);
    assertEquals(came, ["a", { b: [1] }, "c"]);
    for (const port of [port1, port2]) closePort(port);
  });
});

Deno.test.each(CASES)(
  "A port that is closed gives up what it holds within the call: $platform",
  async ({ on }) => {
    await on(async ({ ports, clock }) => {
      const { port1, port2 } = ports.channel();
      port1.postMessage("held");
      for (let round = 0; round < 3; round++) await new Promise<void>(clock.yieldTo);
      const held: unknown[] = [];
      closePort(port2, (data) => held.push(data));
      assertEquals(held, ["held"]);
      closePort(port1);
    });
  },
);

Deno.test.each(CASES)(
  "A closed port takes nothing, and leaves what was to move: $platform",
  async ({ on }) => {
    await on(({ ports }) => {
      const { port1, port2 } = ports.channel();
      assert(ports.isOpen(port1));
      const moved = new ArrayBuffer(8);
      port1.postMessage([moved], [moved]);
      closePort(port1);
      assert(!ports.isOpen(port1));
      const kept = new ArrayBuffer(8);
      port1.postMessage([kept], [kept]);
      assertEquals([moved.detached, kept.detached], [true, false]);
      closePort(port2);
      return Promise.resolve();
    });
  },
);

Deno.test.each(CASES)("A port moves with what it holds: $platform", async ({ on }) => {
  await on(async ({ ports }) => {
    const { port1, port2 } = ports.channel();
    port1.postMessage("held");
    assert(!ports.isListenedTo(port2));
    const [moved] = ports.move([port2]);
    assert(moved instanceof MessagePort);
    assert(!ports.isOpen(port2));
    assertEquals(await next(moved), "held");
    assert(ports.isListenedTo(moved));
    for (const port of [port1, moved]) closePort(port);
  });
});

Deno.test.each(CASES)(
  "A port goes in a message, unless it is listened to: $platform",
  async ({ on }) => {
    await on(async ({ ports }) => {
      const { port1: near, port2: far } = ports.channel();
      const { port1, port2 } = ports.channel();
      near.postMessage({ port: port2 }, [port2]);
      const { port } = await next(far) as { port: MessagePort };
      port1.postMessage("by another way");
      assertEquals(await next(port), "by another way");
      assertThrows(() => near.postMessage({ port }, [port]), TypeError, "not ready");
      for (const each of [near, far, port1, port]) closePort(each);
    });
  },
);

Deno.test.each(CASES)(
  "A port hears that the other one was closed, after what came before: $platform",
  async ({ on }) => {
    await on(async ({ ports, clock }) => {
      const { port1, port2 } = ports.channel();
      const came: unknown[] = [];
      const hears = (what: string) =>
        within(20_000, what, new Promise<void>((resolve) => ports.whenGone(port1, resolve)));
      listen(port1, ({ data }) => came.push(data));
      ports.whenGone(port1, () => came.push("not wanted"))();
      const heard = hears("the end");
      port2.postMessage("a");
      for (let round = 0; round < 3; round++) await new Promise<void>(clock.yieldTo);
      assertEquals(came, ["a"]);
      port2.postMessage("b");
      closePort(port2);
      await heard;
      assertEquals(came, ["a", "b"]);
      await hears("the end once more");
      closePort(port1);
    });
  },
);

Deno.test.each(CASES)(
  "A port hears that the other one was lost in a message: $platform",
  async ({ on }) => {
    await on(async ({ ports, clock }, startIdle) => {
      const [direct, carrier, carried, late] = [0, 0, 0, 0].map(() => ports.channel());
      const gone: string[] = [];
      const watch = (name: string, { port1 }: { port1: MessagePort }) => {
        listen(port1, () => {});
        return new Promise<void>((resolve) =>
          ports.whenGone(port1, () => {
            gone.push(name);
            resolve();
          })
        );
      };
      const ends = [watch("direct", direct!), watch("carried", carried!)];
      const worker = startIdle();
      worker.postMessage({ port: direct!.port2 }, [direct!.port2]);
      carrier!.port1.postMessage([carried!.port2], [carried!.port2]);
      worker.postMessage({ port: carrier!.port2 }, [carrier!.port2]);
      for (let round = 0; round < 3; round++) await new Promise<void>(clock.yieldTo);
      assertEquals(gone, []);
      await worker.terminate();
      await within(20_000, "the ends", Promise.all(ends));
      assertEquals(gone.toSorted(), ["carried", "direct"]);
      carrier!.port1.postMessage([late!.port2], [late!.port2]);
      await within(20_000, "the end of what was posted then", watch("late", late!));
      for (const { port1 } of [direct!, carrier!, carried!, late!]) closePort(port1);
    });
  },
);

Deno.test.each(CASES)(
  "A lock is held by one after the other, in order: $platform",
  async ({ on }) => {
    await on(async ({ locks, uuid }) => {
      const name = `test:${uuid()}`;
      const log: string[] = [];
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      const hold = (who: string, until: Promise<void> | void) =>
        locks.request(name, {}, () => {
          log.push(who);
          return until;
        });
      const first = hold("first", held);
      const second = hold("second");
      await locks.request(
        name,
        { ifAvailable: true },
        (lock) => void log.push(`free: ${lock !== null}`),
      );
      release();
      await Promise.all([first, second]);
      assertEquals(log, ["first", "free: false", "second"]);
      await locks.request(
        name,
        { ifAvailable: true },
        (lock) => void log.push(`free: ${lock !== null}`),
      );
      assertEquals(log.at(-1), "free: true");
    });
  },
);

Deno.test.each(CASES)("A lock is shared, and a request taken back: $platform", async ({ on }) => {
  await on(async ({ locks, uuid }) => {
    const name = `test:${uuid()}`;
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const first = locks.request(name, { mode: "shared" }, () => held);
    await within(20_000, "a shared lock", locks.request(name, { mode: "shared" }, () => {}));
    const controller = new AbortController();
    const waiting = locks.request(name, { signal: controller.signal }, () => {});
    controller.abort(new RangeError("not wanted"));
    await assertRejects(() => waiting, RangeError, "not wanted");
    release();
    await first;
  });
});

Deno.test.each(CASES)("yieldTo() lets what was posted come first: $platform", async ({ on }) => {
  await on(async ({ ports, clock }) => {
    const { port1, port2 } = ports.channel();
    let came = 0;
    port2.onmessage = () => came++;
    port1.postMessage("a");
    port1.postMessage("b");
    // Three rounds are what the package counts on.
    for (let round = 0; round < 3; round++) await new Promise<void>(clock.yieldTo);
    assertEquals(came, 2);
    for (const port of [port1, port2]) closePort(port);
  });
});

Deno.test.each(CASES)(
  "Timers that are late fire in the order of their times: $platform",
  async ({ on }) => {
    await on(async ({ clock }) => {
      const fired: number[] = [];
      for (const ms of [30, 10, 20]) clock.setTimer(() => fired.push(ms), ms);
      for (const nth of [1, 2, 3]) clock.setTimer(() => fired.push(nth), 5);
      const end = performance.now() + 60;
      while (performance.now() < end);
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 30));
      assertEquals(fired, [1, 2, 3, 10, 20, 30]);
    });
  },
);

Deno.test.each(CASES)(
  "Time goes on while a loop waits for it: $platform",
  async ({ on }) => {
    await on(async ({ clock }) => {
      const end = clock.now() + 2;
      while (clock.now() < end) await null;
      assert(clock.now() >= end);
    });
  },
);

programTest("What is collected beside a simulation is closed where it is", async () => {
  const program = new URL("../fixtures/simulation_forgotten.ts", import.meta.url).href;
  const { code, stdout, stderr } = await runProgram(program, {
    flags: ["--allow-read", "--no-check", "--v8-flags=--expose-gc"],
  });
  assertEquals([code, stdout, stderr], [0, "all are forgotten\n", ""]);
});

Deno.test("What is posted to a thread that ends before it has begun is lost with it", async () => {
  const { ports, startWorker } = realPlatform;
  const [carrier, carried] = [ports.channel(), ports.channel()];
  carrier.port1.postMessage(null, [carried.port2]);
  listen(carried.port1, () => {});
  const gone = new Promise<void>((resolve) => ports.whenGone(carried.port1, resolve));
  const entry = new URL("data:text/javascript,");
  const worker = startWorker({ ...IDLE, kind: "thread", entry, permissions: null });
  worker.postMessage(null, [carrier.port2]);
  await worker.terminate();
  await within(20_000, "the end", gone);
  for (const port of [carrier.port1, carried.port1]) closePort(port);
});
