import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { ActorSystem, ChannelClosedError, pipe, type PipeEnd, transfer } from "../../mod.ts";
import { OneWay, PipePair, take, VALUES } from "../fixtures/pipe_pair.ts";
import { keeper } from "../fixtures/pipe_tasks.ts";
import { within } from "../testing.ts";

function soon<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  return within(10_000, what, promise);
}

/** What a promise has come to, as one word. */
function outcome(promise: Promise<unknown>): Promise<string> {
  return promise.then(() => "fulfilled", () => "rejected");
}

Deno.test("pipe() makes two ends that both send and receive", async () => {
  using ends = new PipePair<string, number>();
  await ends.left.send("question");
  await ends.right.send(42);
  assertEquals([await ends.right.receive(), await ends.left.receive()], ["question", 42]);
});

Deno.test("pipe() keeps the order of what is sent without waiting", async () => {
  using ends = new PipePair<number>();
  const numbers = Array.from({ length: 1_000 }, (_, n) => n);
  const sent = numbers.map((n) => ends.left.send(n));
  assertEquals(await take(ends.right as PipeEnd<never, number>, 1_000), numbers);
  await Promise.all(sent);
});

Deno.test.each([0, -1, 1.5, NaN, "2", null].map((capacity) => ({ capacity })))(
  "pipe() refuses a capacity of $capacity",
  ({ capacity }) => {
    assertThrows(() => pipe({ capacity: capacity as number }), RangeError, "capacity");
    assertThrows(() => pipe.oneWay({ capacity: capacity as number }), RangeError, "capacity");
  },
);

Deno.test("pipe() takes an undefined capacity as none", async () => {
  using ends = new PipePair<number>({ capacity: undefined });
  for (let n = 0; n < 50; n++) await ends.left.send(n);
  assertEquals(await ends.right.receive(), 0);
});

Deno.test("pipe.oneWay() makes an end that only sends and one that only receives", async () => {
  using ends = new OneWay<string>();
  await ends.sender.send("one");
  await assertRejects(() => ends.sender.receive(), ChannelClosedError, "it only sends");
  const error = await assertRejects(
    () => ends.receiver.send("back" as never),
    ChannelClosedError,
    "it only receives",
  );
  assertEquals(error.value, "back");
  assertEquals(await ends.receiver.receive(), "one");
});

Deno.test("pipe.oneWay() ends the iteration when the sender is closed", async () => {
  using ends = new OneWay<number>();
  for (const n of [1, 2, 3]) await ends.sender.send(n);
  ends.sender.close();
  assertEquals(await soon("the end", Array.fromAsync(ends.receiver)), [1, 2, 3]);
});

Deno.test("pipe.oneWay() rejects sends once the receiver is closed", async () => {
  using ends = new OneWay<number>({ capacity: 1 });
  await ends.sender.send(1);
  const waiting = ends.sender.send(2);
  ends.receiver.close();
  const error = await soon("the end", assertRejects(() => waiting, ChannelClosedError));
  assertEquals(error.value, 2);
});

Deno.test.each(VALUES)("PipeEnd.send() delivers $what as itself", async ({ value }) => {
  using ends = new PipePair<unknown>();
  await ends.left.send(value);
  await ends.left.send("more");
  assertEquals(await ends.right.receive(), value);
  assertEquals(await ends.right.receive(), "more");
});

Deno.test("PipeEnd.send() captures the value at the call", async () => {
  using ends = new PipePair<{ n: number }>();
  const item = { n: 1 };
  const sent = ends.left.send(item);
  item.n = 2;
  await sent;
  const received = await ends.right.receive();
  assertEquals(received, { n: 1 });
});

Deno.test("PipeEnd.send() captures the value at the call when it has to wait", async () => {
  using ends = new PipePair<number[]>({ capacity: 1 });
  await ends.left.send([0]);
  const item = [1];
  const sent = ends.left.send(item);
  item[0] = 2;
  item.push(3);
  assertEquals(await ends.right.receive(), [0]);
  await soon("room", sent);
  assertEquals(await ends.right.receive(), [1]);
});

Deno.test("PipeEnd.send() refuses by path what cannot be sent, and sends nothing", async () => {
  using ends = new PipePair<unknown>();
  const bytes = new Uint8Array(8);
  const item = { bytes: transfer(bytes, [bytes.buffer]), list: [0, () => {}] };
  const error = await assertRejects(() => ends.left.send(item), TypeError);
  assertEquals(error.message, "Cannot send message: value.list[1] is a function");
  assertEquals(bytes.byteLength, 8);
  assertEquals(await ends.right.poll(), false);
});

Deno.test("PipeEnd.send() detaches a moved buffer when it resolves", async () => {
  using ends = new PipePair<Uint8Array>();
  const bytes = new Uint8Array([1, 2, 3]);
  await ends.left.send(transfer(bytes, [bytes.buffer]));
  assertEquals(bytes.byteLength, 0);
  assertEquals(await ends.right.receive(), new Uint8Array([1, 2, 3]));
});

Deno.test("PipeEnd.send() detaches a moved buffer only once there is room", async () => {
  using ends = new PipePair<Uint8Array>({ capacity: 1 });
  await ends.left.send(new Uint8Array(1));
  const bytes = new Uint8Array([1, 2, 3]);
  const sent = ends.left.send(transfer(bytes, [bytes.buffer]));
  assertEquals(bytes.byteLength, 3);
  await ends.right.receive();
  await soon("room", sent);
  assertEquals(bytes.byteLength, 0);
  assertEquals(await ends.right.receive(), new Uint8Array([1, 2, 3]));
});

Deno.test.each([
  { how: "times out", options: () => ({ timeoutMs: 20 }) },
  { how: "may not wait", options: () => ({ timeoutMs: 0 }) },
  { how: "is aborted", options: () => ({ signal: AbortSignal.timeout(20) }) },
  { how: "was aborted before", options: () => ({ signal: AbortSignal.abort() }) },
])("PipeEnd.send() leaves the buffer and sends nothing when it $how", async ({ options }) => {
  using ends = new PipePair<Uint8Array>({ capacity: 1 });
  await ends.left.send(new Uint8Array([0]));
  const bytes = new Uint8Array([1]);
  await assertRejects(
    () => ends.left.send(transfer(bytes, [bytes.buffer]), options()),
    DOMException,
  );
  assertEquals(bytes, new Uint8Array([1]));
  assertEquals(await ends.right.receive(), new Uint8Array([0]));
  await soon("room", ends.left.send(new Uint8Array([2])));
  assertEquals(await ends.right.receive(), new Uint8Array([2]));
});

Deno.test("PipeEnd.send() does not wait with timeoutMs 0, and says so", async () => {
  using ends = new PipePair<number>({ capacity: 1 });
  await ends.left.send(1);
  const error = await assertRejects(() => ends.left.send(2, { timeoutMs: 0 }), DOMException);
  assertEquals(`${error}`, "TimeoutError: Cannot send to PipeEnd: no room within 0 ms");
});

Deno.test("PipeEnd.send() leaves the buffer when the other end is closed", async () => {
  using ends = new PipePair<Uint8Array>({ capacity: 1 });
  await ends.left.send(new Uint8Array([0]));
  const bytes = new Uint8Array([1]);
  const sent = ends.left.send(transfer(bytes, [bytes.buffer]));
  ends.right.close();
  const error = await soon("refusal", assertRejects(() => sent, ChannelClosedError));
  assertStrictEquals(error.value, bytes);
  assertEquals(error.cause, undefined);
  assertEquals(bytes, new Uint8Array([1]));
});

Deno.test("PipeEnd.send() lets as many resolve as the capacity", async () => {
  using ends = new PipePair<number>({ capacity: 3 });
  let resolved = 0;
  const sent = Array.from({ length: 10 }, (_, n) => ends.left.send(n).then(() => resolved++));
  await soon("three", Promise.all(sent.slice(0, 3)));
  await ends.right.poll();
  assertEquals(resolved, 3);
  assertEquals(await take(ends.right as PipeEnd<never, number>, 10), [...sent.keys()]);
  await soon("all", Promise.all(sent));
});

Deno.test("PipeEnd.send() counts the capacity for each direction", async () => {
  using ends = new PipePair<number>({ capacity: 1 });
  await ends.left.send(1);
  await soon("the other direction", ends.right.send(2));
  assertEquals([await ends.left.receive(), await ends.right.receive()], [2, 1]);
});

Deno.test.each([-1, NaN].map((timeoutMs) => ({ timeoutMs })))(
  "PipeEnd refuses a timeoutMs of $timeoutMs",
  async ({ timeoutMs }) => {
    using ends = new PipePair<Uint8Array>();
    const { left } = ends;
    const bytes = new Uint8Array(1);
    await assertRejects(() => left.send(bytes, { timeoutMs }), RangeError, "timeoutMs");
    await assertRejects(() => left.sendBytes(bytes, { timeoutMs }), RangeError, "timeoutMs");
    await assertRejects(() => left.receive({ timeoutMs }), RangeError, "timeoutMs");
    await assertRejects(() => left.receiveInto(bytes, { timeoutMs }), RangeError, "timeoutMs");
    await assertRejects(() => left.poll({ timeoutMs }), RangeError, "timeoutMs");
    assertEquals(await ends.right.poll(), false);
  },
);

Deno.test("PipeEnd.receive() times out and loses nothing", async () => {
  using ends = new PipePair<number>();
  const error = await assertRejects(() => ends.right.receive({ timeoutMs: 20 }), DOMException);
  assertEquals(error.name, "TimeoutError");
  await ends.left.send(1);
  assertEquals(await ends.right.receive(), 1);
});

Deno.test("PipeEnd.receive() does not wait with timeoutMs 0, but takes what is there", async () => {
  using ends = new PipePair<number>();
  const error = await assertRejects(() => ends.right.receive({ timeoutMs: 0 }), DOMException);
  assertEquals(`${error}`, "TimeoutError: Cannot receive from PipeEnd: no item within 0 ms");
  await ends.left.send(1);
  assertEquals(await ends.right.receive({ timeoutMs: 0 }), 1);
});

Deno.test("PipeEnd.receive() rejects with the reason of the signal", async () => {
  using ends = new PipePair<number>();
  const controller = new AbortController();
  const received = ends.right.receive({ signal: controller.signal });
  controller.abort("no longer needed");
  assertEquals(await received.catch((reason) => reason), "no longer needed");
  const again = ends.right.receive({ signal: controller.signal });
  assertEquals(await again.catch((reason) => reason), "no longer needed");
  await ends.left.send(1);
  assertEquals(await ends.right.receive(), 1);
});

Deno.test("PipeEnd.receive() serves waits in the order of the calls", async () => {
  using ends = new PipePair<number>();
  const received = [1, 2, 3].map(() => ends.right.receive());
  for (const n of [1, 2, 3]) await ends.left.send(n);
  assertEquals(await soon("all", Promise.all(received)), [1, 2, 3]);
});

/** The item, or `null` when the receive was aborted. */
function orAborted<T>(received: Promise<T>): Promise<T | null> {
  return received.catch(() => null);
}

const ORDERS = [{ first: "abort" }, { first: "send" }] as const;

Deno.test.each(ORDERS)(
  "PipeEnd.receive() loses nothing when abort and send meet in one turn, $first first",
  async ({ first }) => {
    using ends = new PipePair<number>();
    for (let round = 0; round < 500; round++) {
      const controller = new AbortController();
      const received = orAborted(ends.right.receive({ signal: controller.signal }));
      if (first === "abort") controller.abort();
      const sent = ends.left.send(round);
      if (first === "send") controller.abort();
      await sent;
      const value = await received ?? await soon("the item", ends.right.receive());
      assertEquals(value, round);
    }
    assertEquals(await ends.right.poll(), false);
  },
);

Deno.test.each(ORDERS)(
  "PipeEnd.receive() loses nothing when the item comes with the abort, $first first",
  async ({ first }) => {
    using ends = new PipePair<number>();
    for (let round = 0; round < 500; round++) {
      const controller = new AbortController();
      const received = orAborted(ends.right.receive({ signal: controller.signal }));
      const arrived = first === "send" ? ends.right.poll({ timeoutMs: 1_000 }) : Promise.resolve();
      await ends.left.send(round);
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      const value = await received ?? await soon("the item", ends.right.receive());
      assertEquals(value, round);
      if (first === "send") await ends.left.send(-1);
      await arrived;
      if (first === "send") assertEquals(await ends.right.receive(), -1);
    }
  },
);

Deno.test.each(ORDERS)(
  "PipeEnd.send() that is aborted as room comes is all or nothing, $first first",
  async ({ first }) => {
    using ends = new PipePair<string>({ capacity: 1 });
    for (let round = 0; round < 500; round++) {
      await ends.left.send(`first ${round}`);
      const controller = new AbortController();
      const result = outcome(ends.left.send(`second ${round}`, { signal: controller.signal }));
      if (first === "abort") controller.abort();
      const received = ends.right.receive();
      if (first === "send" && round % 2 === 0) await received;
      if (first === "send" && round % 3 === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      controller.abort();
      assertEquals(await received, `first ${round}`);
      if (await result === "fulfilled") assertEquals(await ends.right.receive(), `second ${round}`);
      assertEquals(await ends.right.poll(), false);
    }
  },
);

Deno.test("PipeEnd.close() lets the other end receive what was sent, then the end", async () => {
  using ends = new PipePair<number>();
  for (const n of [1, 2]) await ends.left.send(n);
  ends.left.close();
  assertEquals([await ends.right.receive(), await ends.right.receive()], [1, 2]);
  const error = await assertRejects(() => ends.right.receive(), ChannelClosedError);
  assertEquals([error.cause, "value" in error], [undefined, false]);
  assertEquals(await Array.fromAsync(ends.right), []);
});

Deno.test("PipeEnd.close() delivers what was sent without waiting for it", async () => {
  using ends = new PipePair<number>();
  const sent = [1, 2, 3].map((n) => ends.left.send(n));
  ends.left.close();
  assertEquals(await soon("the end", Array.fromAsync(ends.right)), [1, 2, 3]);
  await Promise.all(sent);
});

Deno.test("PipeEnd.close() wakes whoever waits at the other end", async () => {
  using ends = new PipePair<number>();
  const received = [1, 2].map(() => assertRejects(() => ends.right.receive(), ChannelClosedError));
  const iterated = Array.fromAsync(ends.right);
  ends.left.close();
  await soon("both receives", Promise.all(received));
  assertEquals(await soon("the iteration", iterated), []);
});

Deno.test("PipeEnd.close() wakes whoever waits at this end", async () => {
  using ends = new PipePair<number>({ capacity: 1 });
  await ends.left.send(0);
  const waits = [ends.left.send(1), ends.left.receive()].map((wait) =>
    assertRejects(() => wait, ChannelClosedError, "it is closed")
  );
  ends.left.close();
  const [unsent] = await soon("both waits", Promise.all(waits));
  assertEquals(unsent!.value, 1);
  assertEquals(await soon("the end", Array.fromAsync(ends.right)), [0]);
});

Deno.test("PipeEnd.close() rejects the sends of the other end with their values", async () => {
  using ends = new PipePair<number>({ capacity: 1 });
  await ends.left.send(0);
  const waiting = [1, 2].map((n) => ends.left.send(n));
  ends.right.close();
  for (const [index, sent] of waiting.entries()) {
    const error = await soon("refusal", assertRejects(() => sent, ChannelClosedError));
    assertEquals(error.value, index + 1);
  }
  const error = await assertRejects(() => ends.left.send(3), ChannelClosedError);
  assertEquals([error.value, error.cause], [3, undefined]);
});

Deno.test("PipeEnd.close() makes every later use reject and may be repeated", async () => {
  using ends = new PipePair<number>();
  ends.left.close();
  ends.left.close();
  ends.left[Symbol.dispose]();
  await assertRejects(() => ends.left.receive(), ChannelClosedError);
  const error = await assertRejects(() => ends.left.send(1), ChannelClosedError);
  assertEquals(error.value, 1);
  assertEquals(await Array.fromAsync(ends.left), []);
});

Deno.test("PipeEnd.close() drops what was not received here", async () => {
  using ends = new PipePair<number>();
  await ends.left.send(1);
  assert(await ends.right.poll({ timeoutMs: 1_000 }));
  ends.right.close();
  await assertRejects(() => ends.right.receive(), ChannelClosedError);
});

Deno.test("PipeEnd closes at the end of a using scope", async () => {
  using ends = new PipePair<number>();
  {
    using left = ends.left;
    await left.send(1);
  }
  assertEquals(await soon("the end", Array.fromAsync(ends.right)), [1]);
});

Deno.test("PipeEnd closes at the end of an await using scope", async () => {
  using ends = new PipePair<number>();
  {
    await using left = ends.left;
    await left.send(1);
  }
  assertEquals(await soon("the end", Array.fromAsync(ends.right)), [1]);
});

Deno.test("PipeEnd iteration loses nothing when its loop is left", async () => {
  using ends = new PipePair<number>();
  for (const n of [1, 2, 3]) await ends.left.send(n);
  for await (const n of ends.right) {
    if (n === 2) break;
  }
  assertEquals(await ends.right.receive(), 3);
  await soon("the pipe is open", ends.right.send(4));
  assertEquals(await ends.left.receive(), 4);
});

Deno.test("PipeEnd.poll() does not wait by default", async () => {
  using ends = new PipePair<number>();
  assertEquals(await soon("the answer", ends.right.poll()), false);
  await ends.left.send(1);
  assertEquals(await ends.right.poll(), true);
  assertEquals(await ends.right.poll(), true);
  assertEquals(await ends.right.receive(), 1);
  assertEquals(await ends.right.poll(), false);
});

Deno.test("PipeEnd.poll() waits for as long as it is told", async () => {
  using ends = new PipePair<number>();
  assertEquals(await soon("the answer", ends.right.poll({ timeoutMs: 20 })), false);
  const polled = ends.right.poll({ timeoutMs: 10_000 });
  await ends.left.send(1);
  assertEquals(await soon("the item", polled), true);
  assertEquals(await ends.right.receive(), 1);
});

Deno.test("PipeEnd.poll() is true at the end", async () => {
  using ends = new PipePair<number>();
  const polled = ends.right.poll({ timeoutMs: Infinity });
  ends.left.close();
  assertEquals(await soon("the end", polled), true);
  assertEquals(await ends.right.poll(), true);
  assertEquals(await ends.left.poll(), true);
});

Deno.test("PipeEnd.poll() rejects with the reason of the signal", async () => {
  using ends = new PipePair<number>();
  const controller = new AbortController();
  const polled = ends.right.poll({ signal: controller.signal, timeoutMs: 10_000 });
  controller.abort("enough");
  assertEquals(await polled.catch((reason) => reason), "enough");
  const { signal } = controller;
  assertEquals(
    await ends.right.poll({ signal, timeoutMs: 10 }).catch((reason) => reason),
    "enough",
  );
  assertEquals(await ends.right.poll({ signal }).catch((reason) => reason), "enough");
});

Deno.test("PipeEnd moves to an actor on the same thread", async () => {
  await using system = new ActorSystem({ workers: 0 });
  using ends = new PipePair<unknown>();
  const ref = await system.spawn(keeper);
  await ends.left.send("unread");
  await ref.ask.take(ends.right);
  assertEquals(await ref.ask.receive(), "unread");
  const error = await assertRejects(() => ends.right.send("lost"), ChannelClosedError, "sent away");
  assertEquals(error.value, "lost");
  await ref.ask.send("back");
  assertEquals(await ends.left.receive(), "back");
  await ref.ask.close();
});

Deno.test("PipeEnd moves through another pipe", async () => {
  using outer = new PipePair<PipeEnd<number, number>>();
  using inner = new PipePair<number>();
  await inner.left.send(1);
  await outer.left.send(inner.right);
  using arrived = await outer.right.receive();
  await inner.left.send(2);
  assertEquals([await arrived.receive(), await arrived.receive()], [1, 2]);
  await assertRejects(() => inner.right.receive(), ChannelClosedError, "sent away");
});

Deno.test("PipeEnd that nobody received is closed with the pipe it was sent through", async () => {
  using outer = new PipePair<PipeEnd<number, number>>();
  using inner = new PipePair<number>();
  await outer.left.send(inner.right);
  assert(await outer.right.poll({ timeoutMs: 1_000 }));
  outer.right.close();
  await soon("the end", assertRejects(() => inner.left.receive(), ChannelClosedError));
});
