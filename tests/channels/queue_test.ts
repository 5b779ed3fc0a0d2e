import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ChannelClosedError, pack, Queue, transfer, unpack, type WaitOptions } from "../../mod.ts";
import { RemoteCore } from "../../channels/queue/_ends.ts";
import { peerOn, PEERS, REMOTE_PEERS, startWaiting } from "../fixtures/queue_peer.ts";
import type { Moved, Order } from "../fixtures/queue_scripts.ts";
import { simulated } from "../simulation/simulated.ts";
import { programTest, runProgram } from "../program.ts";
import { until, within } from "../testing.ts";
import { assertSameStructure } from "./same_structure.ts";

async function full<T>(...items: T[]): Promise<Queue<T>> {
  const queue = new Queue<T>({ capacity: items.length });
  for (const item of items) await queue.send(item);
  return queue;
}

/** What is in a queue that is closed. */
async function drained<T>(queue: Queue<T>): Promise<T[]> {
  return await within(20_000, "the items of a closed queue", Array.fromAsync(queue));
}

Deno.test.each([0, -1, 1.5, NaN].map((capacity) => ({ capacity, text: `${capacity}` })))(
  "new Queue() refuses capacity $text",
  ({ capacity }) => {
    assertThrows(() => new Queue({ capacity }), RangeError, "capacity");
  },
);

simulated("Queue.capacity is unlimited by default, and known in other threads", async () => {
  using queue = new Queue({ capacity: undefined });
  using small = new Queue({ capacity: 7 });
  await using peer = peerOn("a plain worker", queue);
  await using other = peerOn("an actor's worker", small);
  assertEquals([queue.capacity, small.capacity], [Infinity, 7]);
  assertEquals([await peer.call("capacity"), await other.call("capacity")], [Infinity, 7]);
});

simulated.each(
  PEERS.flatMap((peer) =>
    [NaN, -1].map((timeoutMs) => ({ ...peer, timeoutMs, text: `${timeoutMs}` }))
  ),
)(
  "Queue refuses timeoutMs $text on $where",
  async ({ where, timeoutMs }) => {
    using queue = new Queue<unknown>();
    await using peer = peerOn(where, queue);
    const options = { timeoutMs };
    await assertRejects(() => peer.call("send", 1, options), RangeError, "timeoutMs");
    await assertRejects(() => peer.call("receive", options), RangeError, "timeoutMs");
    await assertRejects(() => peer.call("join", options), RangeError, "timeoutMs");
    assertEquals(await queue.size(), 0);
  },
);

simulated.each(PEERS)(
  "Queue.send() resolves to nothing, whether it has waited or not, on $where",
  async ({ where }) => {
    using queue = new Queue<unknown>({ capacity: 1 });
    await using peer = peerOn(where, queue);
    const sends = [1, 2, 3].map((item) => peer.call("send", item));
    for (const item of [1, 2, 3]) assertEquals(await queue.receive(), item);
    assertEquals(await within(20_000, "the sends", Promise.all(sends)), [
      undefined,
      undefined,
      undefined,
    ]);
  },
);

simulated.each(PEERS)(
  "Queue refuses a wait whose signal is aborted on $where",
  async ({ where }) => {
    using queue = new Queue<unknown>();
    await using peer = peerOn(where, queue);
    await queue.send("kept");
    const options = { signal: AbortSignal.abort(new RangeError("over")) };
    await assertRejects(() => peer.call("send", 1, options), RangeError, "over");
    await assertRejects(() => peer.call("receive", options), RangeError, "over");
    await assertRejects(() => peer.call("join", options), RangeError, "over");
    assertEquals(await queue.size(), 1);
  },
);

simulated.each(PEERS)(
  "Queue rejects with a TimeoutError at timeoutMs 0 on $where",
  async ({ where }) => {
    using queue = new Queue<unknown>({ capacity: 1 });
    await using peer = peerOn(where, queue);
    const now: WaitOptions = { timeoutMs: 0 };
    const errors = [await assertRejects(() => peer.call("receive", now), DOMException)];
    await peer.call("send", "only", now);
    errors.push(await assertRejects(() => peer.call("send", "more", now), DOMException));
    assertEquals(await peer.call("receive", now), "only");
    errors.push(await assertRejects(() => peer.call("join", now), DOMException));
    assertEquals(errors.map(({ name }) => name), ["TimeoutError", "TimeoutError", "TimeoutError"]);
  },
);

simulated.each(PEERS)(
  "Queue.send() at timeoutMs 0 fails for its caller alone, however often, on $where",
  async ({ where }) => {
    using queue = await full<unknown>("only");
    await using peer = peerOn(where, queue);
    const failed = await within(10_000, "all sends", peer.call<number>("failSends", 600));
    assert(failed >= 600, `${failed} have failed`);
    assertEquals(await queue.receive(), "only");
    await peer.call("send", "there is room", { timeoutMs: 0 });
    assertEquals(await queue.receive(), "there is room");
  },
);

simulated("Queue.send() leaves out symbol keys on the thread that made the queue", async () => {
  using queue = new Queue<object>();
  const key = Symbol("key");
  const item = { plain: 1, [key]: { shared: () => {} }, inner: { [key]: [], deep: 2 } };
  await queue.send(item);
  const received = await queue.receive();
  assertEquals(received, { plain: 1, inner: { deep: 2 } });
  assertEquals(Object.getOwnPropertySymbols(received), []);
  assertEquals(unpack<object>(pack(item).message), { plain: 1, inner: { deep: 2 } });
});

simulated.each(PEERS)(
  "Queue rejects with a TimeoutError after timeoutMs on $where",
  async ({ where }) => {
    using queue = await full<unknown>("only");
    using empty = new Queue<unknown>();
    await using peer = peerOn(where, queue);
    await using other = peerOn(where, empty);
    const names = await Promise.all([
      assertRejects(() => peer.call("send", "more", { timeoutMs: 20 }), DOMException),
      assertRejects(() => other.call("receive", { timeoutMs: 20 }), DOMException),
      assertRejects(() => peer.call("join", { timeoutMs: 20 }), DOMException),
    ]);
    assertEquals(names.map(({ name }) => name), ["TimeoutError", "TimeoutError", "TimeoutError"]);
  },
);

simulated.each(PEERS)("Queue rejects with the signal's reason on $where", async ({ where }) => {
  using queue = new Queue<unknown>();
  await using peer = peerOn(where, queue);
  const controller = new AbortController();
  const { waiting } = await startWaiting(peer, "receive", { signal: controller.signal });
  controller.abort(new RangeError("enough"));
  await within(20_000, "the end", assertRejects(() => waiting, RangeError, "enough"));
});

simulated.each(PEERS)(
  "Queue.trySend() resolves to whether there was room on $where",
  async ({ where }) => {
    using queue = new Queue<unknown>({ capacity: 2 });
    await using peer = peerOn(where, queue);
    const answers = [];
    for (const value of ["a", "b", "c"]) answers.push(await peer.call("trySend", value));
    queue.close();
    answers.push(await peer.call("trySend", "d"));
    assertEquals(answers, [true, true, false, false]);
    assertEquals(await drained(queue), ["a", "b"]);
  },
);

simulated.each(PEERS)(
  "Queue.tryReceive() tells an item, empty and closed apart on $where",
  async ({ where }) => {
    using queue = new Queue<unknown>();
    await using peer = peerOn(where, queue);
    const states = [await peer.call("tryReceive")];
    await queue.send(undefined);
    await queue.send("last");
    states.push(await peer.call("tryReceive"));
    queue.close();
    states.push(await peer.call("tryReceive"), await peer.call("tryReceive"));
    assertEquals(states, [
      { state: "empty" },
      { state: "ok", value: undefined },
      { state: "ok", value: "last" },
      { state: "closed" },
    ]);
  },
);

simulated("Queue.send() lets exactly 3 of 10 remote sends through at capacity 3", async () => {
  using queue = new Queue<number>({ capacity: 3 });
  await using peer = peerOn("a plain worker", queue);
  let resolved = 0;
  const sends = Array.from({ length: 10 }, async (_, index) => {
    await peer.call("send", index);
    resolved++;
  });
  await until(20_000, "three sends", () => resolved >= 3);
  for (let again = 0; again < 20; again++) assertEquals(await peer.call("size"), 3);
  assertEquals([resolved, await queue.size()], [3, 3]);
  const items = await takeAll(queue, 10);
  await within(20_000, "the other sends", Promise.all(sends));
  assertEquals(items, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

async function takeAll<T>(queue: Queue<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  while (items.length < count) items.push(await queue.receive({ timeoutMs: 5_000 }));
  return items;
}

simulated("Queue.send() keeps the bound with senders in four threads", async () => {
  using queue = new Queue<unknown>({ capacity: 3 });
  await using stack = new AsyncDisposableStack();
  let resolved = 0;
  const peers = [...PEERS, ...REMOTE_PEERS].map(({ where }) => stack.use(peerOn(where, queue)));
  const sends = peers.flatMap((peer) =>
    Array.from({ length: 5 }, (_, index) => peer.call("send", index).then(() => resolved++))
  );
  await until(20_000, "three sends", () => resolved >= 3);
  for (const peer of peers) await peer.call("size");
  assertEquals([resolved, await queue.size()], [3, 3]);
  for (let taken = 1; taken <= 22; taken++) {
    await queue.receive({ timeoutMs: 5_000 });
    assert(await queue.size() <= 3);
  }
  await until(20_000, "all sends", () => resolved === 25);
  assertEquals((await Promise.all(sends)).length, 25);
  await takeAll(queue, 3);
});

simulated(
  "Queue.receive() serves those that wait in order of arrival, wherever they are",
  async () => {
    using queue = new Queue<number>();
    await using first = peerOn("a plain worker", queue);
    await using third = peerOn("an actor's worker", queue);
    for (let round = 0; round < 30; round++) {
      const a = await startWaiting<number>(first, "receive");
      const b = queue.receive();
      const c = await startWaiting<number>(third, "receive");
      const d = queue.receive();
      for (let item = 0; item < 4; item++) await queue.send(item);
      const items = await within(20_000, "all", Promise.all([a.waiting, b, c.waiting, d]));
      assertEquals(items, [0, 1, 2, 3]);
    }
  },
);

simulated(
  "Queue.send() serves those that wait in order of arrival, wherever they are",
  async () => {
    using queue = new Queue<string>({ capacity: 1 });
    await using first = peerOn("a plain worker", queue);
    await using third = peerOn("an actor's worker", queue);
    for (let round = 0; round < 30; round++) {
      await queue.send("held");
      const a = await startWaiting(first, "send", "a");
      const b = queue.send("b");
      const c = await startWaiting(third, "send", "c");
      const d = queue.send("d");
      assertEquals(await takeAll(queue, 5), ["held", "a", "b", "c", "d"]);
      await within(20_000, "all", Promise.all([a.waiting, b, c.waiting, d]));
    }
  },
);

simulated(
  "Queue.trySend() on the home's thread does not overtake a remote send that waits",
  async () => {
    using queue = await full("held");
    await using peer = peerOn("a plain worker", queue);
    const { waiting } = await startWaiting(peer, "send", "remote");
    assertEquals(await queue.receive(), "held");
    assertEquals(await queue.trySend("local"), false);
    assertEquals(await queue.receive({ timeoutMs: 5_000 }), "remote");
    await waiting;
  },
);

simulated("Queue.tryReceive() does not wait while another receive does", async () => {
  using queue = new Queue<number>();
  const waiting = queue.receive();
  const tried = within(10_000, "the answer", queue.tryReceive());
  assertEquals(await tried, { state: "empty" });
  const late = within(10_000, "the timeout", queue.receive({ timeoutMs: 0 }));
  const error = await assertRejects(() => late, DOMException);
  assertEquals(`${error}`, "TimeoutError: Cannot receive from Queue: no item within 0 ms");
  await queue.send(1);
  assertEquals(await waiting, 1);
});

simulated(
  "Queue.send() gives the item back without its mark when the queue is closed",
  async () => {
    using queue = new Queue<Uint8Array>();
    queue.close();
    const bytes = new Uint8Array(3);
    const sent = queue.send(transfer(bytes, [bytes.buffer]));
    const error = await assertRejects(() => sent, ChannelClosedError);
    assertEquals([error.value === bytes, bytes.byteLength], [true, 3]);
  },
);

simulated(
  "Queue.tryReceive() on the home's thread does not overtake a remote receive that waits",
  async () => {
    using queue = new Queue<string>();
    await using peer = peerOn("a plain worker", queue);
    const { waiting } = await startWaiting<string>(peer, "receive");
    const sent = queue.send("item");
    assertEquals(await queue.tryReceive(), { state: "empty" });
    await sent;
    assertEquals(await within(20_000, "the item", waiting), "item");
  },
);

simulated.each(PEERS)(
  "Queue.receive() that timed out swallows no item on $where",
  async ({ where }) => {
    using queue = new Queue<string>();
    await using peer = peerOn(where, queue);
    await assertRejects(() => peer.call("receive", { timeoutMs: 5 }), DOMException);
    await queue.send("item");
    assertEquals(await queue.receive({ timeoutMs: 5_000 }), "item");
  },
);

const ORDERS: Order[] = ["abort first", "abort last"];

simulated.each(PEERS.flatMap((peer) => ORDERS.map((order) => ({ ...peer, order }))))(
  "Queue.receive() aborted in the turn of a send loses nothing in 500 rounds, $order, on $where",
  async ({ where, order }) => {
    using queue = new Queue<number>();
    await using peer = peerOn(where, queue);
    await within(15_000, "500 rounds", peer.call("abortReceives", order, 500));
    assertEquals(await queue.size(), 0);
  },
);

simulated.each(PEERS.flatMap((peer) => ORDERS.map((order) => ({ ...peer, order }))))(
  "Queue.send() aborted as room is made leaves no item and no slot in 500 rounds, $order, on $where",
  async ({ where, order }) => {
    using queue = new Queue<unknown>({ capacity: 1 });
    await using peer = peerOn(where, queue);
    await within(15_000, "500 rounds", peer.call("abortSends", order, 500));
    assertEquals([await queue.trySend("a"), await queue.trySend("b")], [true, false]);
  },
);

/** What a thread gets that aborts every receive soon. */
async function receiveAborting(where: typeof REMOTE_PEERS[number]["where"]): Promise<number[]> {
  using queue = new Queue<number>({ capacity: 2 });
  await using peer = peerOn(where, queue);
  const received = peer.call("receiveAborting", 200);
  for (let item = 0; item < 200; item++) await queue.send(item, { timeoutMs: 5_000 });
  return await within(20_000, "the items", received);
}

const RANGE = Array.from({ length: 200 }, (_, item) => item);

simulated.each(REMOTE_PEERS)(
  "Queue.receive() that is aborted while items come to $where loses none",
  async ({ where }) => {
    const items = await receiveAborting(where);
    assertEquals(items.toSorted((a, b) => a - b), RANGE);
  },
);

simulated.each(REMOTE_PEERS)(
  "Queue.receive() that is aborted while items come to $where keeps their order",
  async ({ where }) => {
    assertEquals(await receiveAborting(where), RANGE);
  },
);

simulated.each(PEERS)(
  "Queue.send() that was aborted leaves its place to others on $where",
  async ({ where }) => {
    using queue = await full<unknown>("held");
    await using peer = peerOn(where, queue);
    const controller = new AbortController();
    const { waiting } = await startWaiting(peer, "send", "aborted", { signal: controller.signal });
    const next = queue.send("next");
    controller.abort();
    await assertRejects(() => waiting, DOMException);
    assertEquals(await takeAll(queue, 2), ["held", "next"]);
    await next;
    assertEquals(await queue.size(), 0);
  },
);

simulated.each(PEERS)(
  "Queue.send() captures the value at the call on $where, also when it waits",
  async ({ where }) => {
    using queue = await full<unknown>("held");
    await using peer = peerOn(where, queue);
    const { waiting } = await startWaiting(peer, "sendThenChange");
    const captured = { value: { list: [1] }, bytes: new Uint8Array([1]) };
    assertEquals(await takeAll(queue, 2), ["held", captured]);
    await waiting;
  },
);

const INTACT = [16, 1 << 20];
const FAILURES: { how: string; run(queue: Queue<unknown>): object; error: string }[] = [
  { how: "is refused", run: () => ({ bad: true }), error: "TypeError" },
  { how: "timed out", run: () => ({ timeoutMs: 10 }), error: "TimeoutError" },
  { how: "found no room", run: () => ({ timeoutMs: 0 }), error: "TimeoutError" },
  { how: "was aborted", run: () => ({ abortMs: 10 }), error: "TimeoutError" },
  {
    how: "waits as the queue is closed",
    run(queue) {
      setTimeout(() => queue.close(), 20);
      return {};
    },
    error: "ChannelClosedError",
  },
  {
    how: "finds the queue closed",
    run(queue) {
      queue.close();
      return {};
    },
    error: "ChannelClosedError",
  },
];

simulated.each(PEERS.flatMap((peer) => FAILURES.map((failure) => ({ ...peer, ...failure }))))(
  "Queue.send() that $how leaves moved buffers attached on $where",
  async ({ where, run, error }) => {
    using queue = await full<unknown>("held");
    await using peer = peerOn(where, queue);
    await peer.call("size");
    const moved: Moved = await within(20_000, "the end", peer.call("moveBuffers", run(queue)));
    assertEquals(moved, { byteLengths: INTACT, error });
    queue.close();
    assertEquals(await drained(queue), ["held"]);
  },
);

simulated.each(PEERS)(
  "Queue.send() detaches moved buffers once the item is accepted on $where",
  async ({ where }) => {
    using queue = await full<unknown>("held");
    await using peer = peerOn(where, queue);
    const { waiting } = await startWaiting<Moved>(peer, "moveBuffers", {});
    assertEquals(await queue.receive(), "held");
    assertEquals(await within(20_000, "the send", waiting), { byteLengths: [0, 0], error: null });
    const { buffers } = await queue.receive() as { buffers: ArrayBuffer[] };
    assertEquals(buffers.map(({ byteLength }) => byteLength), INTACT);
  },
);

simulated.each(PEERS)(
  "Queue.send() refuses by path what cannot cross on $where",
  async ({ where }) => {
    using queue = new Queue<unknown>({ capacity: 1 });
    await using peer = peerOn(where, queue);
    const moved: Moved = await peer.call("moveBuffers", { bad: true });
    assertEquals(moved.error, "TypeError");
    assertEquals(await peer.call("trySend", "the slot is still free"), true);
    await assertRejects(() => queue.send({ f() {} }), TypeError, "value.f is a function");
  },
);

function circle(): unknown {
  const value: Record<string, unknown> = { list: [1] };
  value.self = value;
  value.again = value.list;
  return value;
}
const VALUES = [
  { what: "undefined", value: undefined },
  { what: "null", value: null },
  { what: "false", value: false },
  { what: "an empty string", value: "" },
  { what: "NaN", value: NaN },
  { what: "-0", value: -0 },
  { what: "a bigint", value: 2n ** 70n },
  { what: "a date", value: new Date(5) },
  { what: "maps", value: new Map<unknown, unknown>([[{ key: 1 }, new Set([undefined, -0])]]) },
  { what: "cycles", value: circle() },
  { what: "a view with an offset", value: new Uint16Array(new ArrayBuffer(64), 8, 5) },
  { what: "an iterator result", value: { done: true, value: undefined } },
  { what: "1 MB of text", value: "\u00e4".repeat(1 << 20) },
];

simulated.each(PEERS)(
  "Queue.send() lets all values arrive as themselves, through $where",
  async ({ where }) => {
    using queue = new Queue<unknown>();
    using back = new Queue<unknown>();
    await using peer = peerOn(where, queue);
    for (const { what, value } of VALUES) {
      await queue.send(value);
      await peer.call("forward", back);
      assertSameStructure(await within(20_000, what, back.receive()), value, `(${what})`);
    }
    assertEquals([await queue.size(), await back.size()], [0, 0]);
  },
);

simulated.each(PEERS)(
  "Queue iteration yields all values and ends only at the end on $where",
  async ({ where }) => {
    using queue = new Queue<unknown>();
    await using peer = peerOn(where, queue);
    for (const { value } of VALUES) await queue.send(value);
    queue.close();
    const items = await within(20_000, "the end", peer.call<unknown[]>("consume"));
    assertSameStructure(items, VALUES.map(({ value }) => value));
  },
);

simulated.each(PEERS)("Queue iteration with break loses no item on $where", async ({ where }) => {
  using queue = new Queue<number>();
  await using peer = peerOn(where, queue);
  for (let item = 0; item < 400; item++) await queue.send(item);
  const items: number[] = [];
  for (const count of [1, 50, 200, 2]) items.push(...await peer.call("takeSome", count));
  items.push(...await takeAll(queue, 147));
  assertEquals(items, Array.from({ length: 400 }, (_, item) => item));
});

simulated(
  "Queue.close() wakes every receive and iteration that waits, in every thread",
  async () => {
    using queue = new Queue<unknown>();
    await using stack = new AsyncDisposableStack();
    const waits: Promise<unknown>[] = [];
    const iterations: Promise<unknown>[] = [];
    for (const { where } of PEERS) {
      const peer = stack.use(peerOn(where, queue));
      waits.push(
        (await startWaiting(peer, "receive")).waiting,
        (await startWaiting(peer, "receive", { timeoutMs: 60_000 })).waiting,
      );
      iterations.push((await startWaiting(peer, "consume")).waiting);
    }
    queue.close();
    for (const wait of waits) {
      await within(20_000, "a receive", assertRejects(() => wait, ChannelClosedError));
    }
    assertEquals(await within(20_000, "iterations", Promise.all(iterations)), [[], [], []]);
  },
);

simulated.each(PEERS)(
  "Queue.close() on $where wakes every send that waits, with its value",
  async ({ where }) => {
    using queue = await full<unknown>("held");
    await using stack = new AsyncDisposableStack();
    const closer = stack.use(peerOn(where, queue));
    const sends: Promise<unknown>[] = [];
    for (const { where } of PEERS) {
      const peer = stack.use(peerOn(where, queue));
      sends.push((await startWaiting(peer, "send", { from: where })).waiting);
    }
    await closer.call("close");
    const errors = await within(
      5_000,
      "the sends",
      Promise.all(sends.map((send) => assertRejects(() => send, ChannelClosedError))),
    );
    assertEquals(errors.map(({ value }) => value), PEERS.map(({ where }) => ({ from: where })));
    assertEquals(await drained(queue), ["held"]);
  },
);

simulated.each(PEERS)(
  "Queue.close() lets what is buffered be received first on $where",
  async ({ where }) => {
    using queue = await full<unknown>(1, 2, 3);
    await using peer = peerOn(where, queue);
    queue.close();
    const error = await assertRejects(() => peer.call("send", 4), ChannelClosedError);
    assertEquals(error.value, 4);
    assertEquals(await peer.call("consume"), [1, 2, 3]);
    const ended = await assertRejects(() => peer.call("receive"), ChannelClosedError);
    assert(!("value" in ended));
    assertEquals(ended.cause, undefined);
  },
);

simulated.each(PEERS)(
  "Queue.close({ discard: true }) on $where drops what is buffered",
  async ({ where }) => {
    using queue = await full<unknown>(1, 2, 3);
    await using peer = peerOn(where, queue);
    await using other = peerOn("a plain worker", queue);
    await peer.call("close", true);
    await until(20_000, "the end", async () => await queue.size() === 0);
    assertEquals(await queue.tryReceive(), { state: "closed" });
    assertEquals(await within(20_000, "the end elsewhere", other.call("consume")), []);
    await within(20_000, "join after discard", queue.join());
  },
);

simulated.each(PEERS)(
  "Queue.close({ discard: true }) on $where drops it also after close()",
  async ({ where }) => {
    using queue = await full<unknown>(1, 2, 3);
    await using peer = peerOn(where, queue);
    await peer.call("close");
    await peer.call("close", true);
    await until(20_000, "the end", async () => await queue.size() === 0);
    assertEquals(await queue.tryReceive(), { state: "closed" });
  },
);

simulated.each(PEERS)("Queue.close() may be called twice on $where", async ({ where }) => {
  using queue = await full<unknown>(1);
  await using peer = peerOn(where, queue);
  for (let again = 0; again < 2; again++) await peer.call("close");
  assertEquals(await peer.call("consume"), [1]);
  await peer.call("close");
  queue.close();
});

simulated.each(PEERS)(
  "Queue.done() on $where lets join() end once all items are done",
  async ({ where }) => {
    using queue = await full<unknown>(1, 2);
    await using peer = peerOn(where, queue);
    let isJoined = false;
    const joined = queue.join().then(() => isJoined = true);
    for (let item = 1; item <= 2; item++) {
      assertEquals(await peer.call("receive"), item);
      await peer.call("size");
      assertEquals(isJoined, false);
      await peer.call("done");
    }
    await within(20_000, "join", joined);
    await within(20_000, "join there", peer.call("join"));
  },
);

simulated.each(PEERS)(
  "Queue.done() more often than items were received is a RangeError on $where",
  async ({ where }) => {
    using queue = await full<unknown>(1, 2);
    await using peer = peerOn(where, queue);
    await assertRejects(() => peer.call("done"), RangeError, "done");
    await peer.call("receive");
    await peer.call("done");
    await assertRejects(() => peer.call("done"), RangeError, "done");
    await assertRejects(() => queue.done(), RangeError, "done");
  },
);

simulated("Queue.join() resolves at once when nothing was sent", async () => {
  using queue = new Queue<unknown>();
  await within(20_000, "join", queue.join());
  await queue.join({ timeoutMs: 0 });
});

simulated("Queue[Symbol.dispose]() of the queue made here closes it", async () => {
  const queue = await full<unknown>(1);
  await using peer = peerOn("a plain worker", queue);
  await peer.call("size");
  queue[Symbol.dispose]();
  await queue[Symbol.asyncDispose]();
  assertEquals(await peer.call("consume"), [1]);
  await assertRejects(() => queue.send(2), ChannelClosedError);
});

simulated.each(REMOTE_PEERS)(
  "Queue[Symbol.dispose]() on $where only releases that handle",
  async ({ where }) => {
    using queue = new Queue<unknown>();
    await using peer = peerOn(where, queue);
    await queue.send("item");
    await peer.call("dispose");
    await peer.call("dispose");
    await assertRejects(() => peer.call("send", 1), ChannelClosedError, "released");
    await assertRejects(() => peer.call("receive"), ChannelClosedError, "released");
    assertEquals(await peer.call("trySend", 1), false);
    await peer.call("close");
    await queue.send("still open");
    assertEquals(await takeAll(queue, 2), ["item", "still open"]);
  },
);

simulated(
  "Queue[Symbol.dispose]() of a received handle ends its waits and loses no item",
  async () => {
    using queue = new Queue<unknown>();
    await using peer = peerOn("a plain worker", queue);
    const { waiting } = await startWaiting(peer, "receive");
    await peer.call("dispose");
    await within(20_000, "the wait", assertRejects(() => waiting, ChannelClosedError));
    await queue.send("item");
    assertEquals(await queue.receive({ timeoutMs: 5_000 }), "item");
  },
);

Deno.test("Queue's thread is watched over no more once the last handle is released", async () => {
  // Deno's types do not have `navigator.locks` yet.
  const { locks } = navigator as unknown as {
    locks: {
      request(name: string, callback: () => Promise<void>): Promise<void>;
      query(): Promise<{ pending?: { name?: string }[] }>;
    };
  };
  const life = crypto.randomUUID();
  const isWatched = async () => {
    const { pending = [] } = await locks.query();
    return pending.some(({ name }) => name === life);
  };
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const lived = locks.request(life, () => end);
  const { port1, port2 } = new MessageChannel();
  try {
    const core = new RemoteCore(crypto.randomUUID(), 1, port1, life);
    core.retain();
    await until(5_000, "the watch", isWatched);
    core.release();
    await until(5_000, "the end of the watch", async () => !await isWatched());
  } finally {
    resolve();
    await lived;
    port2.close();
  }
});

simulated(
  "Queue that comes back to the thread that made it is a handle on the same queue",
  async () => {
    using queue = new Queue<unknown>();
    using carrier = new Queue<Queue<unknown>>();
    await carrier.send(queue);
    const back = await carrier.receive();
    await back.send("item");
    assertEquals(await queue.receive(), "item");
    back[Symbol.dispose]();
    await queue.send("still open");
    assertEquals(await queue.size(), 1);
    assertStrictEquals(await queue.receive(), "still open");
  },
);

simulated("Queue that had ended before it was sent arrives as closed", async () => {
  const queue = new Queue<unknown>();
  queue.close();
  await using peer = peerOn("a plain worker", queue);
  assertEquals(await peer.call("tryReceive"), { state: "closed" });
  assertInstanceOf(await peer.call("send", 1).catch((error) => error), ChannelClosedError);
});

const PROGRAM = new URL("../fixtures/queue_program.ts", import.meta.url).href;
const ENDINGS = [
  { name: "idle", printed: "sent\n" },
  { name: "idle after use by a worker", printed: "from the worker\n" },
  { name: "given up", printed: "TimeoutError\nAbortError\n" },
  { name: "pending receive", printed: "late\n" },
  { name: "pending send", printed: "made room\n" },
  { name: "pending join", printed: "joined\n" },
];

programTest.each(ENDINGS)(
  "Queue lets the program end, and only then: $name",
  async ({ name, printed }) => {
    const flags = ["--no-check", "--allow-read", "--allow-env=TROUPE_TEST"];
    const { code, stdout, stderr } = await runProgram(PROGRAM, {
      flags,
      args: [name],
      timeoutMs: 10_000,
    });
    assertEquals([code, stdout, stderr], [0, printed, ""]);
  },
);

programTest("Queue that both threads have forgotten is collected", async () => {
  const program = new URL("../fixtures/queue_forgotten.ts", import.meta.url).href;
  const { code, stdout, stderr } = await runProgram(program, {
    flags: ["--allow-read", "--no-check", "--v8-flags=--expose-gc"],
  });
  assertEquals([stdout, stderr, code], ["made here: collected\nmade there: collected\n", "", 0]);
});
