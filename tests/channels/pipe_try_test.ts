import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorSystem,
  ChannelClosedError,
  pipe,
  type PipeEnd,
  transfer,
  type WorkerKind,
} from "../../mod.ts";
import { OneWay, PipePair } from "../fixtures/pipe_pair.ts";
import { trier } from "../fixtures/pipe_trier.ts";
import { until, within } from "../testing.ts";

const PLACES = [
  { where: "this thread", worker: "web", on: "here" },
  { where: "a web worker", worker: "web", on: "any" },
  { where: "a thread worker", worker: "thread", on: "any" },
] as const;

/** An end of a pipe, and somebody somewhere who tries at the other one. */
async function trying(system: ActorSystem, on: "here" | "any", capacity = Infinity) {
  const [own, other] = pipe<string>({ capacity });
  return { own, there: await system.spawn(trier.with({ on }), other) };
}

function systemOf(worker: WorkerKind): ActorSystem {
  return new ActorSystem({ workers: 1, worker });
}

Deno.test.each(PLACES)(
  "PipeEnd.trySend() resolves to whether there was room on $where",
  async ({ worker, on }) => {
    await using system = systemOf(worker);
    const { own, there } = await trying(system, on, 2);
    const answers: boolean[] = [];
    for (const value of ["a", "b", "c"]) answers.push(await there.ask.trySend(value));
    assertEquals(answers, [true, true, false]);
    assertEquals(await within(10_000, "an item", own.receive()), "a");
    await until(10_000, "room", () => there.ask.trySend("d"));
    own.close();
    await until(10_000, "the end", async () => !await there.ask.trySend("e"));
  },
);

Deno.test.each(PLACES)(
  "PipeEnd.tryReceive() tells an item, empty and closed apart on $where",
  async ({ worker, on }) => {
    await using system = systemOf(worker);
    const { own, there } = await trying(system, on);
    assertEquals(await there.ask.tryReceive(), { state: "empty" });
    await own.send("a");
    own.close();
    await until(10_000, "the item", async () => {
      const result = await there.ask.tryReceive();
      assertEquals(result, result.state === "ok" ? { state: "ok", value: "a" } : EMPTY);
      return result.state === "ok";
    });
    await until(10_000, "the end", async () => (await there.ask.tryReceive()).state === "closed");
    assertEquals(await there.ask.tryReceive(), { state: "closed" });
  },
);

Deno.test.each(PLACES)(
  "PipeEnd.trySend() and tryReceive() say when the end was closed on $where",
  async ({ worker, on }) => {
    await using system = systemOf(worker);
    const { own, there } = await trying(system, on);
    await there.ask.close();
    assertEquals(await there.ask.trySend("a"), false);
    assertEquals(await there.ask.tryReceive(), { state: "closed" });
    own.close();
  },
);

Deno.test("An end that was sent away refuses to try, as a queue's released handle does", async () => {
  await using system = new ActorSystem({ workers: 0 });
  const [own, other] = pipe<string>();
  const there = await system.spawn(trier, other);
  assertEquals(await other.trySend("a"), false);
  await assertRejects(() => other.tryReceive(), ChannelClosedError, "it was sent away");
  own.close();
  await there.ask.close();
});

Deno.test("PipeEnd.trySend() and tryReceive() find an end of one direction closed", async () => {
  using ends = new OneWay<string>();
  assertEquals(await (ends.receiver as PipeEnd<unknown, string>).trySend("back"), false);
  assertEquals(await ends.sender.tryReceive(), { state: "closed" });
  assertEquals(await ends.sender.trySend("on"), true);
  assertEquals(await ends.receiver.tryReceive(), { state: "ok", value: "on" });
});

Deno.test("PipeEnd.trySend() does not overtake a send that waits", async () => {
  using ends = new PipePair<string>({ capacity: 1 });
  await ends.left.send("first");
  const waiting = ends.left.send("second");
  assertEquals(await ends.left.trySend("third"), false);
  assertEquals([await ends.right.receive(), await ends.right.receive()], ["first", "second"]);
  await waiting;
});

Deno.test("PipeEnd.trySend() rejects what cannot be sent, by path", async () => {
  using ends = new PipePair<unknown>();
  await assertRejects(() => ends.left.trySend({ on: () => {} }), TypeError, "value.on");
  assertEquals(await ends.right.tryReceive(), EMPTY);
});

Deno.test("PipeEnd.trySend() moves a buffer only when there is room", async () => {
  using ends = new PipePair<ArrayBuffer>({ capacity: 1 });
  const [sent, kept] = [new ArrayBuffer(8), new ArrayBuffer(8)];
  assertEquals(await ends.left.trySend(transfer(sent, [sent])), true);
  assertEquals(await ends.left.trySend(transfer(kept, [kept])), false);
  assertEquals([sent.byteLength, kept.byteLength], [0, 8]);
});

Deno.test("PipeEnd.tryReceive() does not wait while a receive does, and takes nothing from it", async () => {
  using ends = new PipePair<string>();
  const received = ends.right.receive();
  assertEquals(await within(10_000, "the answer", ends.right.tryReceive()), EMPTY);
  await ends.left.send("for the receive");
  assertEquals(await received, "for the receive");
});

Deno.test("PipeEnd.tryReceive() gives each item once, in order", async () => {
  using ends = new PipePair<number>();
  for (const n of [1, 2, 3]) await ends.left.send(n);
  const results = await Promise.all(Array.from({ length: 4 }, () => ends.right.tryReceive()));
  assertEquals(results, [...[1, 2, 3].map((value) => ({ state: "ok", value } as const)), EMPTY]);
});

const EMPTY = { state: "empty" } as const;
