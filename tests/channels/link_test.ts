import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { Link } from "../../channels/link/link.ts";
import { PortCarrier } from "../../channels/link/port_carrier.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { revive } from "../../channels/message/revival.ts";
import { ChannelClosedError, pipe, registerClass, transfer } from "../../channels/mod.ts";
import { programTest, runProgram } from "../program.ts";
import { scratchFolder, within } from "../testing.ts";
import {
  cross,
  LinkPair,
  linkTo,
  post,
  type TestEnvelope,
  UncaughtErrors,
  WorkerLink,
} from "./crossing.ts";

function echoWorker(): WorkerLink {
  const url = new URL("../fixtures/channel_echo.ts", import.meta.url);
  return new WorkerLink(new Worker(url, { type: "module" }));
}

function watchingWorker(): WorkerLink {
  const url = new URL("../fixtures/channel_signal.ts", import.meta.url);
  return new WorkerLink(new Worker(url, { type: "module" }));
}

/** Resolves when the signal is aborted, to its reason. */
async function reasonOf(signal: AbortSignal): Promise<unknown> {
  const aborted = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => aborted.resolve(), { once: true });
  if (!signal.aborted) await within(20_000, "an abort", aborted.promise);
  return signal.reason;
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

// ------------------------------------------------ order and batches

Deno.test("Link keeps the order of 10 000 envelopes", async () => {
  using pair = new LinkPair();
  for (const number of numbers(10_000)) post(pair.left, { number });
  const values = await pair.inbox.first(10_000) as { number: number }[];
  assertEquals(values.map(({ number }) => number), numbers(10_000));
});

Deno.test("Link keeps the order of 10 000 envelopes to a worker and back", async () => {
  using worker = echoWorker();
  const values = await worker.exchange(...numbers(10_000));
  assertEquals(values, numbers(10_000));
});

Deno.test("Link keeps the order of plain values, attachments and signals", async () => {
  using pair = new LinkPair();
  const kinds = [
    (id: number) => ({ id }),
    (id: number) => ({ id, bytes: new Uint8Array([id]) }),
    (id: number) => ({ id, text: "x".repeat(40_000) }),
    (id: number) => ({ id, signal: new AbortController().signal }),
    (id: number) => ({ id, when: new Date(id) }),
  ];
  for (const id of numbers(2_000)) post(pair.left, kinds[id % kinds.length]!(id));
  const values = await pair.inbox.first(2_000) as { id: number }[];
  assertEquals(values.map(({ id }) => id), numbers(2_000));
});

Deno.test("Link keeps the order over many microtasks, timers and flushes", async () => {
  using pair = new LinkPair();
  let sent = 0;
  for (const round of numbers(50)) {
    post(pair.left, sent++);
    if (round % 3 === 0) await Promise.resolve();
    if (round % 7 === 0) pair.left.flush();
    if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    queueMicrotask(() => post(pair.left, sent++));
  }
  await Promise.resolve();
  assertEquals(await pair.inbox.first(100), numbers(100));
});

Deno.test("Link posts many sends of one turn as one message", async () => {
  using pair = new LinkPair();
  for (const number of numbers(200)) post(pair.left, number);
  assertEquals(pair.posted.length, 0);
  await pair.inbox.first(200);
  assertEquals(pair.posted.length, 1);
});

Deno.test("Link waits with posting while the microtask run goes on sending", async () => {
  using pair = new LinkPair();
  for (const number of numbers(20)) {
    await Promise.resolve();
    post(pair.left, number);
  }
  await pair.inbox.first(20);
  assert(pair.posted.length < 5, `${pair.posted.length} messages for 20 sends`);
});

Deno.test("Link posts before the turn ends when there is much to send", async () => {
  using pair = new LinkPair();
  for (const number of numbers(5_000)) post(pair.left, number);
  const early = pair.posted.length;
  await pair.inbox.first(5_000);
  assert(early > 4 && pair.posted.length < 50, `${early}, then ${pair.posted.length}`);
});

Deno.test("Link posts again after a batch that was full", async () => {
  using pair = new LinkPair();
  for (const number of numbers(512)) post(pair.left, number);
  post(pair.left, "after");
  assertEquals((await pair.inbox.first(513)).at(-1), "after");
  post(pair.left, "later");
  assertEquals((await pair.inbox.first(514)).at(-1), "later");
});

Deno.test("Link.flush() posts at once", async () => {
  using pair = new LinkPair();
  post(pair.left, 1);
  pair.left.flush();
  assertEquals(pair.posted.length, 1);
  pair.left.flush();
  assertEquals(pair.posted.length, 1);
  assertEquals(await pair.inbox.first(1), [1]);
});

Deno.test("Link posts plain data as text alone", async () => {
  using pair = new LinkPair();
  post(pair.left, { id: 1, list: [null, true, "text"] });
  await pair.inbox.first(1);
  assertEquals(typeof pair.posted[0], "string");
});

Deno.test("Link.received counts batches", async () => {
  using pair = new LinkPair();
  assertEquals(pair.right.received, 0);
  post(pair.left, 1);
  post(pair.left, 2);
  await pair.inbox.first(2);
  assertEquals(pair.right.received, 1);
  post(pair.left, 3);
  await pair.inbox.first(3);
  assertEquals(pair.right.received, 2);
});

Deno.test("Link carries both directions at once", async () => {
  const { port1, port2 } = new MessageChannel();
  const [left, right] = [linkTo(port1), linkTo(port2)];
  for (const number of numbers(1_000)) {
    post(left.link, number);
    post(right.link, -number);
  }
  assertEquals(await right.inbox.first(1_000), numbers(1_000));
  assertEquals(await left.inbox.first(1_000), numbers(1_000).map((number) => -number));
  left.link.close(0);
  right.link.close(0);
});

type ItemEnvelope = readonly [kind: number, to: number, name: string, ...items: Payload[]];

Deno.test("Link.sendItem() keeps items under their heads and in order", async () => {
  const { port1, port2 } = new MessageChannel();
  const got: unknown[] = [];
  const all = Promise.withResolvers<void>();
  const right = new Link<ItemEnvelope>(
    new PortCarrier(port2),
    ([kind, to, name, ...items], context) => {
      for (const item of items) got.push([kind, to, name, revive(item, context)[0]]);
      if (got.length === 9) all.resolve();
    },
  );
  const left = new Link<ItemEnvelope>(new PortCarrier(port1), () => {});
  const sent = [
    [1, 7, "a", 1],
    [1, 7, "a", new Date(2)],
    [1, 7, "a", new Uint8Array([3])],
    [1, 8, "a", 4],
    [1, 7, "a", new Uint8Array([5])],
    [1, 7, "b", [undefined]],
    [2, 7, "b", 7],
    [2, 7, "b", "x".repeat(40_000)],
    [2, 7, "b", 9],
  ] as const;
  for (const [kind, to, name, value] of sent) {
    left.sendItem(kind, to, name, capture([value], OVER_LINK, "message", "args"));
  }
  await within(20_000, "all items", all.promise);
  assertEquals(got, sent.map((item) => [...item]));
  left.close(0);
  right.close(0);
});

Deno.test("Link.sendItem() posts before the turn ends when there is much to send", async () => {
  const { port1, port2 } = new MessageChannel();
  const got: unknown[] = [];
  const all = Promise.withResolvers<void>();
  const right = new Link<ItemEnvelope>(new PortCarrier(port2), (envelope, context) => {
    for (const item of envelope.slice(3)) got.push(revive(item as Payload, context)[0]);
    if (got.length >= 2_000) all.resolve();
  });
  const left = new Link<ItemEnvelope>(new PortCarrier(port1), () => {});
  for (const number of numbers(2_000)) {
    left.sendItem(0, 0, "x", capture([number], OVER_LINK, "message", "args"));
  }
  await within(20_000, "all items", all.promise);
  assertEquals(got, numbers(2_000));
  assert(right.received >= 4, `${right.received} batches`);
  left.close(0);
  right.close(0);
});

// ------------------------------------------------ attachments

Deno.test("Link gives each packet of a batch its own attachments", async () => {
  using pair = new LinkPair();
  for (const number of numbers(200)) {
    if (number % 3 === 0) post(pair.left, new Uint8Array([number]));
    else if (number % 3 === 1) post(pair.left, number);
    else post(pair.left, [new Uint8Array([1]), { bytes: new Uint8Array([number]) }]);
  }
  const values = await pair.inbox.first(
    200,
  ) as (number | Uint8Array | [unknown, { bytes: Uint8Array }])[];
  const seen = values.map((value) => {
    if (typeof value === "number") return value;
    return value instanceof Uint8Array ? value[0] : value[1].bytes[0];
  });
  assertEquals([seen, pair.posted.length], [numbers(200), 1]);
});

Deno.test("Link moves and copies buffers of several packets in one batch", async () => {
  using pair = new LinkPair();
  const [small, large, copied] = [1, 200_000, 300_000].map((length) =>
    new Uint8Array(length).fill(5)
  );
  post(pair.left, transfer(small!, [small!.buffer]));
  post(pair.left, "between");
  post(pair.left, [copied, transfer(large!, [large!.buffer])]);
  const [first, , [second, third]] = await pair.inbox.first(3) as [
    Uint8Array,
    string,
    [Uint8Array, Uint8Array],
  ];
  assertEquals([first.length, second.length, third.length], [1, 300_000, 200_000]);
  assertEquals([first[0], second[299_999], third[199_999]], [5, 5, 5]);
  assertEquals([small!.length, large!.length, copied!.length], [0, 0, 300_000]);
});

Deno.test("Link carries 200 000 attachments in one message", async () => {
  const views = await cross(numbers(200_000).map((number) => Uint8Array.of(number)));
  assertEquals(views.length, 200_000);
  assertEquals([views[0]![0], views[255]![0], views.at(-1)![0]], [0, 255, 199_999 % 256]);
});

Deno.test("Link gives nested packets of a batch their own attachments", async () => {
  using pair = new LinkPair();
  for (const number of numbers(20)) {
    const cause = Object.assign(new Error("", { cause: new Uint8Array([number]) }), { f() {} });
    post(pair.left, [new Uint8Array([99]), new Error("", { cause })]);
  }
  const values = await pair.inbox.first(20) as [
    unknown,
    Error & { cause: { cause: Uint8Array } },
  ][];
  assertEquals(values.map(([, error]) => error.cause.cause[0]), numbers(20));
});

Deno.test("Link shares a SharedArrayBuffer with a worker", async () => {
  using worker = echoWorker();
  const memory = new SharedArrayBuffer(4);
  const [echoed] = await worker.exchange(new Int32Array(memory)) as [Int32Array];
  echoed[0] = 7;
  assertEquals(new Int32Array(memory)[0], 7);
});

Deno.test("Link carries values of all kinds to a worker and back", async () => {
  using worker = echoWorker();
  const circle: unknown[] = [new Map([[{ a: 1 }, new Set([NaN, -0, undefined])]]), new Date(NaN)];
  circle.push(circle, JSON.parse('{"__proto__":{"x":1}}'), new Float64Array([1.5]), 2n ** 70n);
  const [echoed] = await worker.exchange(circle) as [unknown[]];
  assertStrictEquals(echoed[2], echoed);
  assertEquals(echoed.slice(3), circle.slice(3));
  assertEquals(echoed.slice(0, 2), circle.slice(0, 2));
});

Deno.test("Link carries 10 000 levels to a worker and back", async () => {
  using worker = echoWorker();
  let value: unknown = "innermost";
  for (let level = 0; level < 10_000; level++) {
    value = level % 2 === 0 ? [value] : new Map([[1, value]]);
  }
  let [echoed] = await worker.exchange(value);
  for (let level = 9_999; level >= 0; level--) {
    echoed = level % 2 === 0 ? (echoed as [unknown])[0] : (echoed as Map<number, unknown>).get(1);
  }
  assertEquals(echoed, "innermost");
});

Deno.test("Link moves a port to a worker", async () => {
  using worker = watchingWorker();
  const { port1, port2 } = new MessageChannel();
  post(worker.link, transfer(port2, [port2]));
  assertEquals(await worker.inbox.first(1), ["got [object MessagePort]"]);
  port1.close();
});

// ------------------------------------------------ signals

Deno.test("Link: a live signal is aborted on the other side, with its reason", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, { signal: controller.signal });
  const [{ signal }] = await pair.inbox.first(1) as [{ signal: AbortSignal }];
  assertEquals(signal.aborted, false);
  controller.abort(new RangeError("enough"));
  const reason = await reasonOf(signal);
  assertInstanceOf(reason, RangeError);
  assertEquals(reason.message, "enough");
});

Deno.test("Link: a live signal is aborted through a worker and back", async () => {
  using worker = echoWorker();
  const controller = new AbortController();
  const [signal] = await worker.exchange(controller.signal) as [AbortSignal];
  assertNotStrictEquals(signal, controller.signal);
  controller.abort("enough");
  assertEquals(await reasonOf(signal), "enough");
});

const REASONS: { what: string; abort: (controller: AbortController) => void; expected: unknown }[] =
  [
    { what: "a text", abort: (controller) => controller.abort("why"), expected: "why" },
    { what: "null", abort: (controller) => controller.abort(null), expected: null },
    { what: "a number", abort: (controller) => controller.abort(NaN), expected: NaN },
    {
      what: "an object with bytes",
      abort: (controller) => controller.abort({ bytes: new Uint8Array([1]), at: new Date(1) }),
      expected: { bytes: new Uint8Array([1]), at: new Date(1) },
    },
  ];

Deno.test.each(REASONS)(
  "Link: an abort carries a reason that is $what",
  async ({ abort, expected }) => {
    using pair = new LinkPair();
    const controller = new AbortController();
    post(pair.left, controller.signal);
    const [signal] = await pair.inbox.first(1) as [AbortSignal];
    abort(controller);
    assertEquals(await reasonOf(signal), expected);
  },
);

Deno.test("Link: an abort without a reason arrives as an AbortError", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  const [signal] = await pair.inbox.first(1) as [AbortSignal];
  controller.abort();
  const reason = await reasonOf(signal);
  assertInstanceOf(reason, DOMException);
  assertEquals(reason.name, "AbortError");
});

Deno.test("Link: a signal that times out is aborted with a TimeoutError", async () => {
  using pair = new LinkPair();
  post(pair.left, AbortSignal.timeout(1));
  const [signal] = await pair.inbox.first(1) as [AbortSignal];
  assertEquals((await reasonOf(signal) as DOMException).name, "TimeoutError");
});

Deno.test("Link: a signal that is aborted already arrives so, with its reason", async () => {
  const reason = new RangeError("before", { cause: new Map([[1, new Uint8Array([2])]]) });
  const signal = await cross(AbortSignal.abort(reason));
  assertEquals(signal.aborted, true);
  assertInstanceOf(signal.reason, RangeError);
  assertEquals(signal.reason.cause, new Map([[1, new Uint8Array([2])]]));
});

Deno.test("Link: signals of every kind in one message keep apart", async () => {
  using pair = new LinkPair();
  const [one, two] = [new AbortController(), new AbortController()];
  const cause = two.signal;
  post(pair.left, [one.signal, AbortSignal.abort(1), new Error("", { cause }), two.signal]);
  type Signals = [AbortSignal, AbortSignal, { cause: AbortSignal }, AbortSignal];
  const [[first, aborted, error, second]] = await pair.inbox.first(1) as [Signals];
  two.abort("two");
  assertEquals([await reasonOf(second), await reasonOf(error.cause)], ["two", "two"]);
  assertEquals([first.aborted, aborted.reason], [false, 1]);
});

Deno.test("Link: a signal in the same batch as its abort arrives and is aborted", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  controller.abort("at once");
  post(pair.left, "after");
  const [signal] = await pair.inbox.first(2) as [AbortSignal];
  assertEquals([signal.aborted, signal.reason, pair.posted.length], [true, "at once", 1]);
});

Deno.test("Link: a signal that is aborted between capture() and send() arrives aborted", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  const packet = capture([controller.signal], OVER_LINK, "message", "args");
  controller.abort("between");
  pair.left.send([0, packet.payload], packet);
  post(pair.left, "after");
  const [signal] = await pair.inbox.first(2) as [AbortSignal];
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([signal.aborted, signal.reason], [true, "between"]);
});

Deno.test("Link: a signal that was sent before and is aborted between capture() and send() arrives aborted", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  const packet = capture([controller.signal], OVER_LINK, "message", "args");
  controller.abort("between");
  pair.left.send([0, packet.payload], packet);
  post(pair.left, "after");
  const [, again] = await pair.inbox.first(3) as [AbortSignal, AbortSignal];
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([again.aborted, again.reason], [true, "between"]);
});

Deno.test("Link: an abort comes after what was sent before it", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  const [signal] = await pair.inbox.first(1) as [AbortSignal];
  const seen = Promise.withResolvers<number>();
  signal.addEventListener("abort", () => seen.resolve(pair.inbox.values.length));
  post(pair.left, "before");
  controller.abort();
  post(pair.left, "after");
  assertEquals(await within(20_000, "the abort", seen.promise), 2);
});

Deno.test("Link: the same signal sent twice is one signal on the other side", async () => {
  using pair = new LinkPair();
  const { signal } = new AbortController();
  post(pair.left, [signal, { signal }]);
  post(pair.left, signal);
  const [[first, second], third] = await pair.inbox.first(2) as [
    [AbortSignal, { signal: AbortSignal }],
    AbortSignal,
  ];
  assertStrictEquals(second.signal, first);
  assertStrictEquals(third, first);
});

Deno.test("Link: two signals are two on the other side", async () => {
  using pair = new LinkPair();
  const [one, other] = [new AbortController(), new AbortController()];
  post(pair.left, one.signal);
  post(pair.left, other.signal);
  const [first, second] = await pair.inbox.first(2) as [AbortSignal, AbortSignal];
  assertNotStrictEquals(first, second);
  other.abort("other");
  await reasonOf(second);
  assertEquals(first.aborted, false);
});

Deno.test("Link: a signal sent again after its abort arrives aborted", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  controller.abort("why");
  post(pair.left, controller.signal);
  const [, again] = await pair.inbox.first(2) as [AbortSignal, AbortSignal];
  assertEquals([again.aborted, again.reason], [true, "why"]);
});

Deno.test("Link: one signal over two links is aborted on both", async () => {
  using one = new LinkPair();
  using other = new LinkPair();
  const controller = new AbortController();
  post(one.left, controller.signal);
  post(other.left, controller.signal);
  const [first] = await one.inbox.first(1) as [AbortSignal];
  const [second] = await other.inbox.first(1) as [AbortSignal];
  controller.abort("both");
  assertEquals([await reasonOf(first), await reasonOf(second)], ["both", "both"]);
});

class Unsendable {
  readonly callback = () => {};
}
class OnlyHere {}
registerClass(OnlyHere, { name: "LinkOnlyHere", encode: () => 1, decode: () => new OnlyHere() });

const UNSENDABLE: { what: string; reason: () => unknown }[] = [
  { what: "a function", reason: () => () => 1 },
  { what: "a symbol", reason: () => Symbol("why") },
  { what: "an unregistered instance", reason: () => new Unsendable() },
  { what: "an object with a throwing getter", reason: throwing },
  { what: "20 000 nested errors", reason: endless },
];

function throwing(): unknown {
  return Object.defineProperty({}, "bad", {
    enumerable: true,
    get() {
      throw new RangeError("from the getter");
    },
  });
}

function endless(): unknown {
  let error = new Error("innermost");
  for (let level = 0; level < 20_000; level++) error = new Error("", { cause: error });
  return error;
}

Deno.test.each(UNSENDABLE)(
  "Link: an abort arrives although its reason is $what",
  async ({ reason }) => {
    using uncaught = new UncaughtErrors();
    using pair = new LinkPair();
    const controller = new AbortController();
    post(pair.left, controller.signal);
    const [signal] = await pair.inbox.first(1) as [AbortSignal];
    controller.abort(reason());
    assertInstanceOf(await reasonOf(signal), Error);
    assertEquals(uncaught.seen, []);
  },
);

Deno.test("Link: an abort whose reason cannot be posted arrives, and so does the rest", async () => {
  using uncaught = new UncaughtErrors();
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  const [signal] = await pair.inbox.first(1) as [AbortSignal];
  const stream = ReadableStream.from([1]);
  stream.getReader();
  controller.abort(transfer(stream, [stream]));
  post(pair.left, "after");
  await reasonOf(signal);
  assertEquals([(await pair.inbox.first(2))[1], uncaught.seen], ["after", []]);
});

Deno.test("Link: an abort arrives where the class of its reason is not known", async () => {
  using worker = watchingWorker();
  const controller = new AbortController();
  post(worker.link, controller.signal);
  assertEquals((await worker.inbox.first(1))[0], "got a signal");
  controller.abort(new OnlyHere());
  post(worker.link, "ping");
  const answers = await worker.inbox.first(3);
  assertEquals(answers.slice(1), ["aborted", "got ping"]);
});

// ------------------------------------------------ close

Deno.test("Link.close() aborts the signals that came over it, with its reason", async () => {
  using pair = new LinkPair();
  post(pair.left, [new AbortController().signal, new AbortController().signal]);
  const [signals] = await pair.inbox.first(1) as [AbortSignal[]];
  const reason = new Error("the other side is lost");
  pair.right.close(reason);
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
  for (const signal of signals) assertStrictEquals(signal.reason, reason);
});

Deno.test("Link.close() leaves the signals that were sent alone", () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  pair.left.close(new Error("closed"));
  assertEquals(controller.signal.aborted, false);
  controller.abort();
});

Deno.test("Link.close() leaves an aborted signal its reason", async () => {
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  const [signal] = await pair.inbox.first(1) as [AbortSignal];
  controller.abort("first");
  await reasonOf(signal);
  pair.right.close("second");
  assertEquals(signal.reason, "first");
});

Deno.test("Link.close() twice is harmless and keeps the first reason", async () => {
  using pair = new LinkPair();
  post(pair.left, new AbortController().signal);
  const [signal] = await pair.inbox.first(1) as [AbortSignal];
  pair.right.close("first");
  pair.right.close("second");
  assertEquals(signal.reason, "first");
});

Deno.test("Link.close() posts what was sent before", async () => {
  using pair = new LinkPair();
  for (const number of numbers(100)) post(pair.left, number);
  pair.left.close(new Error("closed"));
  assertEquals(await pair.inbox.first(100), numbers(100));
});

Deno.test("Link.send() after close() is dropped silently", async () => {
  using uncaught = new UncaughtErrors();
  using pair = new LinkPair();
  post(pair.left, "before");
  pair.left.close(new Error("closed"));
  const { length } = pair.posted;
  post(pair.left, "after");
  post(pair.left, { bytes: new Uint8Array(1), signal: new AbortController().signal });
  pair.left.flush();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([pair.posted.length, uncaught.seen], [length, []]);
  assertEquals(await pair.inbox.first(1), ["before"]);
});

Deno.test("Link: the abort of a sent signal after close() is dropped silently", async () => {
  using uncaught = new UncaughtErrors();
  using pair = new LinkPair();
  const controller = new AbortController();
  post(pair.left, controller.signal);
  pair.left.close(new Error("closed"));
  const { length } = pair.posted;
  controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([pair.posted.length, uncaught.seen], [length, []]);
});

Deno.test("Link.send() to an end that is closed is harmless", async () => {
  using uncaught = new UncaughtErrors();
  using pair = new LinkPair();
  pair.right.close(new Error("closed"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  post(pair.left, { bytes: new Uint8Array(1) });
  pair.left.flush();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals([pair.inbox.values, uncaught.seen], [[], []]);
});

/** Resolves when Deno closes a port because its other end is gone. */
async function endOf(port: MessagePort): Promise<void> {
  const closed = Promise.withResolvers<void>();
  port.addEventListener("close", () => closed.resolve(), { once: true });
  await within(20_000, "the end of a port", closed.promise);
}

/** A link whose port was closed with the other end, and nobody has told it. */
async function linkToNobody(): Promise<Link<TestEnvelope>> {
  const { port1, port2 } = new MessageChannel();
  const { link } = linkTo(port1);
  const end = endOf(port1);
  port2.close();
  await end;
  return link;
}

Deno.test("Link.send() to an end that is gone closes the ports in the message", async () => {
  const link = await linkToNobody();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {};
  const end = endOf(port1);
  post(link, [{ bytes: new Uint8Array(1) }, transfer(port2, [port2])]);
  await end;
  link.close(new Error("closed"));
});

Deno.test("Link.send() to an end that is gone closes the pipe whose end is in the message", async () => {
  const link = await linkToNobody();
  const [left, right] = pipe<string>();
  const received = right.receive();
  post(link, { left });
  await assertRejects(
    () => within(20_000, "the end of the pipe", received),
    ChannelClosedError,
  );
  link.close(new Error("closed"));
});

Deno.test("Link closed by a handler leaves no signal of the batch live", async () => {
  const { port1, port2 } = new MessageChannel();
  const got: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  const right = new Link<TestEnvelope>(new PortCarrier(port2), ([, payload], context) => {
    got.push(revive(payload, context)[0]);
    close();
  });
  const close = () => {
    right.close(new Error("enough"));
    closed.resolve();
  };
  const { link } = linkTo(port1);
  for (const _ of numbers(3)) post(link, new AbortController().signal);
  await within(20_000, "the first envelope", closed.promise);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(got.filter((signal) => !(signal as AbortSignal).aborted), []);
  link.close(new Error("closed"));
});

programTest("Link keeps no signal alive that its sender has forgotten", async () => {
  const program = new URL("../fixtures/channel_forgotten_signals.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await runProgram(program, {
    flags: ["--allow-read", "--no-check", "--v8-flags=--expose-gc"],
  });
  assertEquals([stdout, stderr, code], ["sender: collected\nreceiver: collected\n", "", 0]);
});

programTest("Link passes the abort of a signal on that nobody but its source knows", async () => {
  const program = new URL("../fixtures/channel_derived_signal.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await runProgram(program, {
    flags: ["--allow-read", "--no-check", "--v8-flags=--expose-gc"],
  });
  assertEquals([stdout, stderr, code], ["aborted: why\n", "", 0]);
});

// ------------------------------------------------ modules of handles

Deno.test.each(["channels/../", "channels/%2e%2e/", "channels/..%2f"])(
  "Link loads no module that a message names by a way out of the package: %s",
  async (wayOut) => {
    await using folder = await scratchFolder();
    await Deno.writeTextFile(`${folder.path}/stranger.ts`, "globalThis.name = 'a stranger';");
    const name = folder.path.slice(folder.path.lastIndexOf("/") + 1);
    const url = new URL("../../", import.meta.url).href + `${wayOut}.tmp/${name}/stranger.ts`;
    using pair = new LinkPair();
    post(pair.left, "a message");
    await pair.inbox.first(1);
    const [text] = pair.posted;
    const { port1, port2 } = new MessageChannel();
    const { link, inbox } = linkTo(port2);
    port1.postMessage([[text], [], [url]]);
    const before = globalThis.name;
    assertEquals(await inbox.first(1), ["a message"]);
    assertStrictEquals(globalThis.name, before);
    link.close(new Error("the test is over"));
    port1.close();
  },
);
