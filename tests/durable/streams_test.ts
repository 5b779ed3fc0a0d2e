import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, keyed, StoreError } from "../../mod.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime } from "../simulation/simulated.ts";
import { hindered } from "./fixtures/hindered.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What generators have done, in this process. */
const log: string[] = [];

const hearer = keyed(import.meta, { kind: "hearer" }, () => ({
  hear: (what: string) => void log.push(`heard ${what}`),
}));

const reel = keyed(
  import.meta,
  { kind: "reel", state: () => ({ steps: 0, note: "" }), reads: ["steps", "views"] },
  (context) => ({
    async *count(to: number) {
      try {
        for (let value = 1; value <= to; value++) {
          context.state.steps++;
          context.system.at(hearer, "x").tell.hear(`${value}`);
          yield value;
        }
      } finally {
        log.push("ended");
      }
    },
    async *slow(ms: number) {
      for (let value = 1;; value++) {
        context.state.steps++;
        await sleep(ms);
        yield value;
      }
    },
    async *failsAt(at: number) {
      for (let value = 1;; value++) {
        context.state.steps++;
        context.storage.set(`${value}`, value);
        if (value === at) throw new RangeError(`no ${value}`);
        yield value;
      }
    },
    async *fills() {
      context.state.note = "fine";
      yield 1;
      context.state.note = "too much";
      yield 2;
      yield 3;
    },
    *views() {
      yield context.state.steps;
    },
    add: () => ++context.state.steps,
    names: async () => (await context.storage.list()).map(([name]) => name),
    steps: () => context.state.steps,
    note: () => context.state.note,
  }),
);

function start(commitMs = 0): ActorSystem {
  log.length = 0;
  const store = hindered(sqlite(":memory:"), { commitMs, fullFor: "full" });
  const system = new ActorSystem({ workers: 0, store, kinds: [reel] });
  system.addEventListener("error", (event) => event.preventDefault());
  return system;
}

inVirtualTime(
  "Each step of a stream is a turn: its changes are committed before its item leaves",
  async () => {
    await using system = start(100);
    const ref = system.at(reel, "a");
    const values: number[] = [];
    for await (const value of ref.stream.count(3)) {
      values.push(value);
      assert(await ref.ask.steps() >= value);
    }
    assertEquals(values, [1, 2, 3]);
    assertEquals(
      log,
      ["heard 1", "heard 2", "heard 3", "ended"].sort((one) => one === "ended" ? 1 : 0),
    );
    assertEquals(await ref.ask.steps(), 3);
  },
);

inVirtualTime("The first item leaves after the first commit", async () => {
  await using system = start(100);
  const ref = system.at(reel, "a");
  await ref.ask.steps();
  const begin = performance.now();
  for await (const _ of ref.stream.count(1)) {
    assert(performance.now() - begin >= 100, `${performance.now() - begin}`);
    assert(performance.now() - begin < 210, `${performance.now() - begin}`);
  }
});

inVirtualTime("A throw undoes the step, and ends the stream", async () => {
  await using system = start();
  const ref = system.at(reel, "a");
  const values: number[] = [];
  await assertRejects(
    async () => {
      for await (const value of ref.stream.failsAt(3)) values.push(value);
    },
    RangeError,
    "no 3",
  );
  assertEquals(values, [1, 2]);
  assertEquals(await ref.ask.steps(), 2);
  assertEquals(await ref.ask.names(), ["1", "2"]);
});

inVirtualTime("Other messages are handled between the steps of a stream", async () => {
  await using system = start();
  const ref = system.at(reel, "a");
  const stream = ref.stream.slow(100);
  const reading = (async () => {
    for await (const value of stream) if (value === 3) break;
  })();
  await sleep(150);
  const before = await ref.ask.add();
  assert(before >= 3 && before <= 4, `${before}`);
  await reading;
});

inVirtualTime("A reader that leaves ends the stream; the step that goes on is undone", async () => {
  await using system = start();
  const ref = system.at(reel, "a");
  for await (const value of ref.stream.count(1_000)) if (value === 2) break;
  await sleep(1_000);
  assertEquals(log.at(-1), "ended");
  // What was made ahead of the reader was committed, what was not finished was not.
  const steps = await ref.ask.steps();
  assertEquals(log.filter((each) => each.startsWith("heard")).length, steps);
  for await (const _ of ref.stream.slow(1_000)) break;
  await sleep(5_000);
  const after = await ref.ask.steps();
  assert(after - steps <= 2, `${after - steps}`);
  assertEquals(await ref.ask.add(), after + 1);
});

inVirtualTime("A step that cannot be committed gives no item, and ends the stream", async () => {
  await using system = start();
  const ref = system.at(reel, "full");
  const values: number[] = [];
  const error = await assertRejects(async () => {
    for await (const value of ref.stream.fills()) values.push(value);
  });
  assertEquals(values, [1]);
  assert(error instanceof StoreError, `${error}`);
  assertEquals(await ref.ask.note(), "fine");
});

inVirtualTime("A stream that is read holds the activation, with its state", async () => {
  await using system = start();
  const ref = system.at(reel, "a");
  let last = 0;
  for await (const value of ref.stream.slow(50_000)) {
    last = value;
    if (value === 4) break;
  }
  assertEquals(last, 4);
});

inVirtualTime("A generator of reads sees the state, too", async () => {
  await using system = start();
  const ref = system.at(reel, "a");
  await ref.ask.add();
  for await (const value of ref.stream.views()) assertEquals(value, 1);
});

inVirtualTime("A generator that was told runs to its end, each step a turn", async () => {
  await using system = start();
  const ref = system.at(reel, "a");
  ref.tell.count(5);
  await sleep(1_000);
  assertEquals(await ref.ask.steps(), 5);
  ref.tell.failsAt(3);
  await sleep(1_000);
  assertEquals(await ref.ask.steps(), 7);
});
