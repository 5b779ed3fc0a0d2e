import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { ActorSystem, type AlarmTime, keyed, type KeyedDefinition } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime, moveWallTime } from "../simulation/simulated.ts";
import { Scratch } from "./scratch.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const HOUR_MS = 3_600_000;

/** What has gone off, in this process. */
const rings: string[] = [];
const kept: boolean[] = [];
let failing = 0;
/** Whether the code has a certain handler. */
let hasMissing = true;

const clock = keyed(
  import.meta,
  { kind: "clock", idleMs: 1_000, state: () => ({ rings: 0 }), reads: ["rings", "alarms"] },
  (context, key) => ({
    set(name: string, time: AlarmTime, ...args: unknown[]) {
      context.alarm(name, time).ring(name, ...args);
    },
    setMissing(name: string, time: AlarmTime) {
      context.alarm(name, time).missing();
    },
    ...(hasMissing && { missing() {} }),
    setAndThrow(name: string, time: AlarmTime) {
      context.alarm(name, time).ring(name);
      throw new Error("no");
    },
    ring(name: string) {
      rings.push(`${key} ${name}`);
      if (failing-- > 0) throw new RangeError(`not ${name}`);
      context.state.rings++;
    },
    async ringSlowly(ms: number) {
      rings.push(`${key} slow`);
      await sleep(ms);
      context.state.rings++;
    },
    setSlow: (ms: number) => context.alarm("slow", { afterMs: 1 }).ringSlowly(ms),
    again(left: number) {
      rings.push(`${key} again ${left}`);
      if (left > 0) context.alarm("again", { afterMs: 1_000 }).again(left - 1);
    },
    ringTwice(name: string) {
      rings.push(`${key} ${name}`);
      if (++context.state.rings === 2) kept.push(context.clearAlarm(name));
    },
    setTwice: (name: string) => context.alarm(name, { every: 1_000 }).ringTwice(name),
    forgetAtRing() {
      rings.push(`${key} forgets`);
      context.forget();
    },
    setForgetting: () => context.alarm("forgetting", { every: 1_000 }).forgetAtRing(),
    clear: (name: string) => context.clearAlarm(name),
    setAndClear(name: string) {
      context.alarm(name, { afterMs: 10 }).ring(name);
      return [context.clearAlarm(name), context.clearAlarm(name), context.alarms().length];
    },
    alarms: () => context.alarms(),
    rings: () => context.state.rings,
    forget: () => context.forget(),
    // deno-lint-ignore no-explicit-any -- what the types would refuse
    setWrongly: (name: any, time: any) => void (context.alarm(name, time) as any).ring(),
    setSharing: () => context.alarm("x", { afterMs: 1 }).ring(new SharedArrayBuffer(1)),
  }),
);

function start(file = ":memory:", kinds: KeyedDefinition<unknown>[] = [clock]): ActorSystem {
  rings.length = failing = 0;
  hasMissing = true;
  return new ActorSystem({ workers: 0, store: sqlite(file), kinds });
}

inVirtualTime("An alarm goes off at its time, also when its actor sleeps", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  await ref.ask.set("x", { afterMs: 60_000 }, new Map([[1, 2]]));
  await sleep(59_000);
  assertEquals(rings, []);
  await sleep(1_100);
  assertEquals(rings, ["a x"]);
  assertEquals(await ref.ask.rings(), 1);
  await sleep(HOUR_MS);
  assertEquals(rings, ["a x"]);
});

inVirtualTime("An alarm has a time: one that was replaced goes off once", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  await ref.ask.set("x", { afterMs: 1_000 });
  await ref.ask.set("x", { afterMs: 5_000 });
  await ref.ask.set("y", { at: Date.now() + 2_000 });
  const alarms = await ref.ask.alarms();
  assertEquals(alarms.map(({ name }) => name), ["y", "x"]);
  assertEquals(alarms[0]!.due, new Date(Date.now() + 2_000));
  await sleep(3_000);
  assertEquals(rings, ["a y"]);
  await sleep(3_000);
  assertEquals(rings, ["a y", "a x"]);
  assertEquals(await ref.ask.alarms(), []);
});

inVirtualTime("An alarm that was cleared, or whose turn threw, does not go off", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  await ref.ask.set("x", { afterMs: 1_000 });
  assertEquals([await ref.ask.clear("x"), await ref.ask.clear("x")], [true, false]);
  assertEquals(await ref.ask.setAndClear("y"), [true, false, 0]);
  await assertRejects(() => ref.ask.setAndThrow("z", { afterMs: 1_000 }), Error, "no");
  await ref.ask.set("kept", { afterMs: 5_000 });
  await assertRejects(() => ref.ask.setAndThrow("kept", { afterMs: 1_000 }), Error, "no");
  await sleep(4_000);
  assertEquals(rings, []);
  await sleep(2_000);
  assertEquals(rings, ["a kept"]);
});

inVirtualTime("forget() clears all alarms", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  await ref.ask.set("x", { afterMs: 1_000 });
  await ref.ask.set("y", { every: 1_000 });
  await ref.ask.forget();
  assertEquals(await ref.ask.alarms(), []);
  assertEquals(await system.alarms(), []);
  await sleep(5_000);
  assertEquals(rings, []);
});

inVirtualTime("An alarm goes off every so often, until it is cleared", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  await ref.ask.set("x", { every: 10_000 });
  await sleep(35_000);
  assertEquals(rings, ["a x", "a x", "a x"]);
  await ref.ask.clear("x");
  await sleep(60_000);
  assertEquals(rings.length, 3);
});

inVirtualTime("An alarm goes off by a cron expression, in UTC", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  // The simulation begins on the first of January 2026, at midnight.
  await ref.ask.set("x", { cron: "30 0 * * *" });
  assertEquals((await ref.ask.alarms())[0]!.due.toISOString(), "2026-01-01T00:30:00.000Z");
  await sleep(0.6 * HOUR_MS);
  assertEquals(rings, ["a x"]);
  assertEquals((await ref.ask.alarms())[0]!.due.toISOString(), "2026-01-02T00:30:00.000Z");
  moveWallTime(23.9 * HOUR_MS);
  await sleep(11_000);
  assertEquals(rings, ["a x", "a x"]);
  assertEquals((await ref.ask.alarms())[0]!.due.toISOString(), "2026-01-03T00:30:00.000Z");
});

inVirtualTime("An alarm that sets itself again goes on", async () => {
  await using system = start();
  await system.at(clock, "a").ask.again(3);
  await sleep(10_000);
  assertEquals(rings, ["a again 3", "a again 2", "a again 1", "a again 0"]);
  assertEquals(await system.alarms(), []);
});

inVirtualTime(
  "What was due while nothing ran goes off at the start, once, the oldest first",
  async () => {
    using folder = new Scratch();
    const { file } = folder;
    {
      await using system = start(file);
      await system.at(clock, "a").ask.set("late", { afterMs: 3_000 });
      await system.at(clock, "b").ask.set("first", { afterMs: 2_000 });
      await system.at(clock, "c").ask.set("often", { every: 1_000 });
      await system.at(clock, "d").ask.set("hourly", { cron: "0 * * * *" });
      await system.at(clock, "e").ask.set("later", { afterMs: 24 * HOUR_MS });
    }
    await sleep(10.5 * HOUR_MS + 500);
    rings.length = 0;
    await using system = start(file);
    await sleep(100);
    assertEquals(rings, ["c often", "b first", "a late", "d hourly"]);
    const left = (await system.alarms()).map(({ key, due }) =>
      `${key} ${due.getTime() - Date.now()}`
    );
    assertEquals(left.length, 3);
    await sleep(10_000);
    // In its own rhythm again.
    assertEquals(rings.slice(4).filter((each) => each !== "c often"), []);
    assert(rings.length === 14, `${rings.length}`);
  },
);

inVirtualTime("An alarm whose handler throws is tried again, and says so", async () => {
  await using system = start();
  const errors: unknown[] = [];
  system.addEventListener("error", ({ detail }) => errors.push((detail.error as Error).message));
  const ref = system.at(clock, "a");
  failing = 3;
  await ref.ask.set("x", { afterMs: 1_000 });
  await sleep(1_500);
  assertEquals(rings.length, 1);
  const [alarm] = await ref.ask.alarms();
  assertEquals([alarm!.name, alarm!.attempts, alarm!.failure], ["x", 1, "not x"]);
  const [same] = await system.alarms();
  assertEquals(same, { kind: "clock", key: "a", ...alarm! });
  await sleep(2_000);
  assertEquals((await system.alarms())[0]!.attempts, 2);
  await sleep(60_000);
  assertEquals(rings.length, 4);
  assertEquals(await ref.ask.rings(), 1);
  assertEquals(await system.alarms(), []);
  assertEquals(errors, ["not x", "not x", "not x"]);
});

inVirtualTime("One that repeats and has failed goes on in its rhythm", async () => {
  await using system = start();
  failing = 1;
  await system.at(clock, "a").ask.set("x", { every: 10_000 });
  await sleep(41_500);
  assertEquals(rings.length, 5);
  assertEquals((await system.alarms())[0]!.attempts, 0);
});

inVirtualTime("An alarm whose handler is not there any more is kept, and says so", async () => {
  await using system = start();
  const errors: unknown[] = [];
  system.addEventListener("error", ({ detail }) => errors.push((detail.error as Error).message));
  await system.at(clock, "a").ask.setMissing("x", { afterMs: 5_000 });
  hasMissing = false;
  await sleep(25_000);
  const [alarm] = await system.alarms();
  assertEquals([alarm!.name, alarm!.handler], ["x", "missing"]);
  assert(alarm!.attempts >= 3 && alarm!.attempts < 10, `${alarm!.attempts}`);
  assertEquals(alarm!.failure, 'it has no handler "missing"');
  assertGreaterOrEqual(errors.length, alarm!.attempts);
  await assertRejects(
    () => system.at(clock, "a").ask.setMissing("y", { afterMs: 1 }),
    TypeError,
    'Cannot set alarm: actor "clock/a" has no handler "missing"',
  );
});

inVirtualTime(
  "Alarms of a kind that is not there any more are kept, and hold nobody else up",
  async () => {
    using folder = new Scratch();
    const { file } = folder;
    {
      await using system = start(file, [clock, gone]);
      for (let at = 0; at < 250; at++) await system.at(gone, `${at}`).ask.set();
    }
    {
      await using system = start(file);
      await system.at(clock, "a").ask.set("x", { afterMs: 5_000 });
      const errors: string[] = [];
      system.addEventListener("error", (event) => {
        event.preventDefault();
        errors.push((event.detail.error as Error).name);
      });
      await sleep(30_000);
      assertEquals(rings, ["a x"]);
      assertEquals((await system.alarms()).length, 250);
      // Of each it is said once.
      assertEquals(errors, new Array(250).fill("UnknownKindError"));
    }
    await using system = start(file, [clock, gone]);
    await sleep(600_000);
    assertEquals(await system.alarms(), []);
  },
);

const gone = keyed(import.meta, { kind: "gone", state: () => 0 }, (context) => ({
  set: () => context.alarm("x", { afterMs: 1_000 }).ring(),
  ring: () => void context.state++,
}));

inVirtualTime("An alarm whose handler takes long is not called again meanwhile", async () => {
  await using system = start();
  await system.at(clock, "a").ask.setSlow(100_000);
  await sleep(300_000);
  assertEquals(rings, ["a slow"]);
  assertEquals(await system.at(clock, "a").ask.rings(), 1);
});

inVirtualTime("An alarm of a time that has passed goes off at once", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  await ref.ask.set("at", { at: 0 });
  await ref.ask.set("after", { afterMs: 0 });
  await sleep(10);
  assertEquals(rings, ["a at", "a after"]);
});

inVirtualTime("An alarm can be cleared by its own handler, and forgotten", async () => {
  await using system = start();
  kept.length = 0;
  await system.at(clock, "a").ask.setTwice("x");
  await system.at(clock, "b").ask.setForgetting();
  await sleep(10_000);
  assertEquals(rings.sort(), ["a x", "a x", "b forgets"]);
  assertEquals(kept, [true]);
  assertEquals(await system.alarms(), []);
});

inVirtualTime("A thousand alarms of one moment all go off, once", async () => {
  await using system = start();
  for (let at = 0; at < 1_000; at++) {
    await system.at(clock, `${at}`).ask.set("x", { at: Date.UTC(2026, 0, 1, 1) });
  }
  await sleep(1.1 * HOUR_MS);
  assertEquals(rings.length, 1_000);
  assertEquals(new Set(rings).size, 1_000);
});

inVirtualTime("Alarms follow the wall clock when it is moved", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  await ref.ask.set("x", { afterMs: HOUR_MS });
  moveWallTime(-HOUR_MS);
  await sleep(1.5 * HOUR_MS);
  assertEquals(rings, []);
  await sleep(0.6 * HOUR_MS);
  assertEquals(rings, ["a x"]);
  await ref.ask.set("y", { afterMs: HOUR_MS });
  await ref.ask.set("z", { every: 0.5 * HOUR_MS });
  moveWallTime(5 * HOUR_MS);
  // It is noticed within some seconds, and goes off once.
  await sleep(11_000);
  assertEquals(rings, ["a x", "a z", "a y"]);
  await sleep(0.6 * HOUR_MS);
  assertEquals(rings.slice(3), ["a z"]);
  moveWallTime(-2 * HOUR_MS);
  await ref.ask.set("soon", { afterMs: 1_000 });
  await sleep(2_000);
  assertEquals(rings.slice(4), ["a soon"]);
});

const WRONG: [what: string, time: unknown, error: typeof Error, message: string][] = [
  ["nothing", undefined, TypeError, "give one of afterMs, at, every and cron"],
  ["no time", {}, TypeError, "give one of afterMs, at, every and cron"],
  ["two times", { afterMs: 1, every: 1 }, TypeError, "give one of"],
  ["something else", { in: 1 }, TypeError, "give one of"],
  ["afterMs < 0", { afterMs: -1 }, RangeError, "afterMs must be >= 0"],
  ["afterMs NaN", { afterMs: NaN }, RangeError, "afterMs"],
  ["afterMs Infinity", { afterMs: Infinity }, RangeError, "afterMs"],
  ["afterMs text", { afterMs: "1" }, RangeError, "afterMs"],
  ["at no date", { at: new Date(NaN) }, RangeError, "at gives no time"],
  ["at text", { at: "tomorrow" }, RangeError, "at gives no time"],
  ["every 0", { every: 0 }, RangeError, "every"],
  ["every Infinity", { every: Infinity }, RangeError, "every"],
  ["cron short", { cron: "* * *" }, TypeError, "cron must have five fields"],
  ["cron wrong", { cron: "60 * * * *" }, TypeError, "minute of cron must be within 0 to 59"],
  ["cron never", { cron: "0 0 30 2 *" }, RangeError, "cron gives no time"],
  ["cron number", { cron: 5 }, TypeError, "cron must have five fields"],
];

inVirtualTime("Times that will not do are refused, and undo the turn", async () => {
  await using system = start();
  const ref = system.at(clock, "a");
  for (const [what, time, error, message] of WRONG) {
    await assertRejects(() => ref.ask.setWrongly("x", time), error, message, what);
  }
  for (const name of ["", "a\nb", 5, "x".repeat(600)]) {
    await assertRejects(() => ref.ask.setWrongly(name, { afterMs: 1 }), TypeError, "name must be");
  }
  await assertRejects(() => ref.ask.setSharing(), TypeError, "args[0] is a SharedArrayBuffer");
  assertEquals(await system.alarms(), []);
});
