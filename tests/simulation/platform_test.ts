/**
 * What the simulated platform has to have in common with the real one: where it has not, a simulation raises false
 * alarms, or none.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { closePort } from "../../channels/thread/port.ts";
import type { Platform } from "../../channels/thread/platform.ts";
import { thread } from "../../channels/thread/thread.ts";
import { programTest, runProgram } from "../program.ts";
import { within } from "../testing.ts";
import { World } from "../../testing/simulation/world.ts";

interface Case {
  readonly platform: "real" | "simulated";
  /** Runs a program on it. */
  readonly on: (program: (platform: Platform) => Promise<void>) => Promise<void>;
}

const CASES: Case[] = [
  { platform: "real", on: (program) => program(thread().platform) },
  {
    platform: "simulated",
    on: (program) => new World().run(() => program(thread().platform)),
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

programTest("What is collected beside a simulation is closed where it is", async () => {
  const program = new URL("../fixtures/simulation_forgotten.ts", import.meta.url).href;
  const { code, stdout, stderr } = await runProgram(program, {
    flags: ["--allow-read", "--no-check", "--v8-flags=--expose-gc"],
  });
  assertEquals([code, stdout, stderr], [0, "all are forgotten\n", ""]);
});
