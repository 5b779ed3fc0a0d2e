import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ActorSystem, ChannelClosedError, HostLostError, type PipeEnd } from "../../mod.ts";
import { OneWay, PipePair, take, VALUES } from "../fixtures/pipe_pair.ts";
import { PlainWorker } from "../fixtures/pipe_plain_worker.ts";
import { blocked, count, echo, keeper, mortal } from "../fixtures/pipe_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { within } from "../testing.ts";

function soon<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  return within(10_000, what, promise);
}

type Ends = PipePair<unknown>;
type Taker = { lack(end: Ends["right"]): Promise<void> };

const BIG = "x".repeat(1_000_000);
const ENDS = [
  "closes the end",
  "calls self.close()",
  "calls Deno.exit()",
  "throws uncaught",
  "rejects uncaught",
].map((how) => ({ how }));

Deno.test("PipeEnd delivers every value to a worker and back", async (t) => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<unknown>();
  const done = system.run(echo, ends.right);
  for (const { what, value } of VALUES) {
    await t.step(what, async () => {
      await ends.left.send(value);
      assertEquals(await within(20_000, what, ends.left.receive()), value);
    });
  }
  ends.left.close();
  await done;
});

simulated("PipeEnd keeps the order of 10 000 items from a worker", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new OneWay<number>({ capacity: 100 });
  const done = system.run(count, ends.sender, 10_000);
  const items = await within(20_000, "all items", Array.fromAsync(ends.receiver));
  assertEquals(items, [...Array(10_000).keys()]);
  await done;
});

Deno.test.each(ENDS)("PipeEnd gives the last messages of a worker that $how", async ({ how }) => {
  for (let round = 0; round < 3; round++) {
    using worker = new PlainWorker();
    using ends = new PipePair<unknown>();
    worker.post({ act: how, end: ends.right, items: [1, BIG, undefined] });
    const items = Array.fromAsync(ends.left);
    assertEquals(await within(10_000, "the end", items), [1, BIG, undefined]);
    const error = await assertRejects(() => ends.left.receive(), ChannelClosedError);
    assertEquals(error.cause instanceof HostLostError, how !== "closes the end");
    const unsent = await assertRejects(() => ends.left.send("late"), ChannelClosedError);
    assertEquals(unsent.value, "late");
  }
});

simulated.each(ENDS)("PipeEnd gives the last messages of an actor that $how", async ({ how }) => {
  await using system = new ActorSystem({ workers: 1 });
  system.addEventListener("error", (event) => event.preventDefault());
  using ends = new PipePair<unknown>();
  const ref = await system.spawn(mortal.with({ on: "own" }));
  ref.tell.die(ends.right, [1, BIG], how);
  assertEquals(await within(10_000, "the end", Array.fromAsync(ends.left)), [1, BIG]);
});

Deno.test("PipeEnd ends when the other side is terminated", async () => {
  for (let round = 0; round < 3; round++) {
    using ends = new PipePair<unknown>({ capacity: 1 });
    using worker = new PlainWorker();
    worker.post({ act: "hold", end: ends.right, items: ["last"] });
    await within(20_000, "the worker", worker.reply());
    await ends.left.send(0);
    const waiting = assertRejects(() => ends.left.send("unsent"), ChannelClosedError);
    worker[Symbol.dispose]();
    const error = await soon("the refusal", waiting);
    assertInstanceOf(error.cause, HostLostError);
    assertEquals(error.value, "unsent");
    assertEquals(await soon("the end", Array.fromAsync(ends.left)), ["last"]);
  }
});

simulated("PipeEnd wakes a worker that waits when it is closed here", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<unknown>();
  const done = system.run(echo, ends.right);
  await ends.left.send(1);
  assertEquals(await within(20_000, "the echo", ends.left.receive()), 1);
  ends.left.close();
  await soon("the end of the task", done);
});

Deno.test("PipeEnd works after it went to a nested worker and back, with unread items", async () => {
  using worker = new PlainWorker();
  using ends = new PipePair<unknown>();
  for (const n of [1, 2, 3]) await ends.left.send(n);
  worker.post({ act: "by way of a nested worker", end: ends.right });
  for (const n of [4, 5]) await ends.left.send(n);
  using back = await within(20_000, "the end", worker.reply()) as PipeEnd<unknown, unknown>;
  await ends.left.send(6);
  const items = await soon("the items", take(back as PipeEnd<never, unknown>, 6));
  assertEquals(items, [1, 2, 3, 4, 5, 6]);
  await back.send("back");
  assertEquals(await soon("the answer", ends.left.receive()), "back");
});

simulated("PipeEnd outlives a worker that gave it away", async () => {
  await using system = new ActorSystem({ workers: 1 });
  for (let round = 0; round < 10; round++) {
    using ends = new PipePair<unknown>({ capacity: 4 });
    const first = await system.spawn(keeper.with({ on: "own" }));
    const second = await system.spawn(keeper.with({ on: "own" }));
    await first.ask.take(ends.right);
    for (const n of [1, 2, 3, 4]) await ends.left.send(n);
    assertEquals(await first.ask.receive(), 1);
    await second.ask.takeFrom(first);
    assertEquals(await soon("an item from before", second.ask.receive()), 2);
    await first.terminate();
    await soon("room", ends.left.send(5));
    for (const n of [3, 4, 5]) assertEquals(await soon("an item", second.ask.receive()), n);
    await second.ask.send("back");
    assertEquals(await soon("the answer", ends.left.receive()), "back");
    ends.left.close();
    await assertRejects(() => second.ask.receive(), ChannelClosedError);
    await second.stop();
  }
});

simulated("PipeEnd loses and reorders nothing while it goes from thread to thread", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const keepers = [await system.spawn(keeper), await system.spawn(keeper)] as const;
  using ends = new PipePair<number>({ capacity: 50 });
  const sending = (async () => {
    for (let n = 0; n < 3_000; n++) await ends.left.send(n);
    ends.left.close();
  })();
  await keepers[0].ask.take(ends.right);
  const items: unknown[] = [];
  for (let round = 0; items.length < 3_000; round++) {
    const here = keepers[round % 2]!;
    for (let n = 0; n < 30; n++) items.push(await soon("an item", here.ask.receive()));
    await keepers[(round + 1) % 2]!.ask.takeFrom(here);
  }
  await soon("the end of the sending", sending);
  assertEquals(items, [...Array(3_000).keys()]);
});

simulated("PipeEnd loses nothing when the thread that gave it away is stopped", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<number>();
  let here = await system.spawn(keeper.with({ on: "own" }));
  await here.ask.take(ends.right);
  let sent = 0;
  const items: unknown[] = [];
  for (let round = 0; round < 20; round++) {
    const next = await system.spawn(keeper.with({ on: "own" }));
    const moved = next.ask.takeFrom(here);
    for (let n = 0; n < 50; n++) await ends.left.send(sent++);
    await moved;
    await here.stop();
    for (let n = 0; n < 25; n++) items.push(await soon("an item", next.ask.receive()));
    here = next;
  }
  while (items.length < sent) items.push(await soon("an item", here.ask.receive()));
  assertEquals(items, [...Array(sent).keys()]);
});

simulated("PipeEnd loses nothing when both ends go to other threads at once", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const [a, b] = [await system.spawn(keeper), await system.spawn(keeper)];
  const [c, d] = [await system.spawn(keeper), await system.spawn(keeper)];
  using ends = new PipePair<unknown>();
  await a.ask.take(ends.left);
  await b.ask.take(ends.right);
  const received: unknown[] = [];
  const back: unknown[] = [];
  for (let round = 0; round < 100; round++) {
    const [left, right, nextLeft, nextRight] = round % 2 === 0 ? [a, b, c, d] : [c, d, a, b];
    await Promise.all([
      left.ask.send(round * 2),
      right.ask.send(round),
      nextLeft.ask.takeFrom(left).then(() => nextLeft.ask.send(round * 2 + 1)),
      nextRight.ask.takeFrom(right),
    ]);
    for (let n = 0; n < 2; n++) received.push(await soon("an item", nextRight.ask.receive()));
    back.push(await soon("an answer", nextLeft.ask.receive()));
  }
  assertEquals(received, [...Array(200).keys()]);
  assertEquals(back, [...Array(100).keys()]);
  await a.ask.close();
  await b.ask.close();
});

Deno.test("PipeEnd ends when items were lost with the thread that gave it away", async () => {
  for (let round = 0; round < 3; round++) {
    using worker = new PlainWorker();
    using ends = new PipePair<unknown>();
    const flag = new Int32Array(new SharedArrayBuffer(8));
    // So that the end has been used here, and there.
    worker.post({ act: "hold", end: ends.right, items: ["used"] });
    await soon("the worker", worker.reply());
    assertEquals(await soon("the first item", ends.left.receive()), "used");
    worker.post({ act: "give back and end", flag });
    // Without a turn of the event loop here, so that the end's way is not known yet.
    Atomics.wait(flag, 0, 0, 5_000);
    await ends.left.send("lost");
    using back = await soon("the end", worker.reply()) as PipeEnd<unknown, unknown>;
    const receiving = assertRejects(() => back.receive(), ChannelClosedError);
    Atomics.store(flag, 1, 1);
    Atomics.notify(flag, 1);
    const error = await soon("the loss", receiving);
    assertInstanceOf(error.cause, HostLostError);
    await soon("the other end", assertRejects(() => ends.left.receive(), ChannelClosedError));
  }
});

simulated.each((["any", "own", "here"] as const).map((on) => ({ on })))(
  "PipeEnd ends when the other one was in a message that nobody handled, on $on",
  async ({ on }) => {
    await using system = new ActorSystem({ workers: 1 });
    const full = { mailbox: { capacity: 1 }, concurrency: 1 };
    const ref = await system.spawn(keeper.with({ on, ...full }));
    const unhandled = {
      "unknown handler": (end: Ends["right"]) => (ref.ask as never as Taker).lack(end),
      "full mailbox": async (end: Ends["right"]) => {
        using busy = new PipePair<unknown>();
        await ref.ask.take(busy.right);
        const asks = [ref.ask.receive(), ref.ask.ping(), ref.ask.take(end)];
        await busy.left.send(1);
        for (const { status } of await Promise.allSettled(asks)) {
          if (status === "rejected") throw new Error("refused");
        }
      },
      "actor that has ended": async (end: Ends["right"]) => {
        await ref.stop();
        await ref.ask.take(end);
      },
    };
    for (const [what, send] of Object.entries(unhandled)) {
      using ends = new PipePair<unknown>();
      const received = assertRejects(() => ends.left.receive(), ChannelClosedError);
      await assertRejects(() => send(ends.right), Error, undefined, what);
      await soon(what, received);
    }
  },
);

Deno.test.each((["web", "thread"] as const).map((worker) => ({ worker })))(
  "PipeEnd ends when the other one was in a message to a worker that ends before it has it: $worker",
  async ({ worker }) => {
    await using system = new ActorSystem({ workers: 1, worker });
    system.addEventListener("error", (event) => event.preventDefault());
    const ref = await system.spawn(blocked.with({ restart: "temporary" }));
    const flag = new Int32Array(new SharedArrayBuffer(8));
    ref.tell.block(flag);
    await soon("the worker", Promise.resolve(Atomics.waitAsync(flag, 0, 0).value));
    using told = new PipePair<unknown>();
    using carrier = new PipePair<unknown>();
    using carried = new PipePair<unknown>();
    ref.tell.take(told.right);
    await carrier.left.send(carried.right);
    ref.tell.take(carrier.right);
    await told.left.send("unheard");
    const lost = [told, carrier, carried].map(({ left }) =>
      assertRejects(() => left.receive(), ChannelClosedError)
    );
    // So that what is sent has left.
    await new Promise((resolve) => setTimeout(resolve, 0));
    Atomics.store(flag, 1, 1);
    Atomics.notify(flag, 1);
    for (const { cause } of await soon("the losses", Promise.all(lost))) {
      assertInstanceOf(cause, HostLostError);
    }
    const late = await assertRejects(() => told.left.send("late"), ChannelClosedError);
    assertEquals(late.value, "late");
  },
);

simulated("PipeEnd is lost to its sender", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<unknown>();
  const { right } = ends;
  const ref = await system.spawn(keeper);
  await ref.ask.take(right);
  const error = await assertRejects(() => right.send(1), ChannelClosedError, "sent away");
  assertEquals(error.value, 1);
  await assertRejects(() => right.receive(), ChannelClosedError, "sent away");
  await assertRejects(() => right.poll(), ChannelClosedError, "sent away");
  await assertRejects(() => Array.fromAsync(right), ChannelClosedError, "sent away");
  await assertRejects(() => ref.ask.take(right), TypeError, "sent away");
});

simulated("PipeEnd comes back when its message is refused", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<unknown>();
  const ref = await system.spawn(keeper);
  await ends.left.send("unread");
  await assertRejects(() => ref.ask.send(ends.right, () => {}), TypeError, "is a function");
  assertEquals(await ends.right.receive(), "unread");
  await ref.ask.take(ends.right);
  await ref.ask.close();
});

simulated("PipeEnd cannot be sent while it is being waited for", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<unknown>();
  const ref = await system.spawn(keeper);
  const received = ends.right.receive();
  await assertRejects(() => ref.ask.take(ends.right), TypeError, "being waited for");
  await ends.left.send(1);
  assertEquals(await soon("the item", received), 1);
});

programTest.each([
  { name: "idle", line: "hello answer" },
  { name: "pending receive", line: "late" },
  { name: "pending receive with a limit", line: "TimeoutError" },
  { name: "pending send", line: "sent" },
  { name: "pending poll", line: "true" },
])(
  "PipeEnd lets a program end by itself only when nothing waits: $name",
  async ({ name, line }) => {
    const program = new URL("../fixtures/pipe_program.ts", import.meta.url).href;
    const flags = ["--no-check", "--allow-read"];
    const { code, stdout } = await runProgram(program, { flags, args: [name], timeoutMs: 8_000 });
    assertEquals([code, stdout.trim()], [0, line]);
  },
);
