import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { ChannelClosedError, pack, Queue, transfer, unpack } from "../../mod.ts";
import { SharedQueue, SharedValue } from "../../shared/mod.ts";

Deno.test("SharedQueue gives items in their order", async () => {
  const queue = new SharedQueue<number>();
  for (let i = 0; i < 500; i++) i % 2 === 0 ? queue.sendSync(i) : await queue.send(i);
  assertEquals(queue.size(), 500);
  for (let i = 0; i < 500; i++) {
    assertEquals(i % 3 === 0 ? queue.receiveSync() : await queue.receive(), i);
  }
  assertEquals(queue.tryReceive(), { state: "empty" });
});

const cyclic: unknown[] = [1];
cyclic.push(cyclic);

Deno.test.each<{ value: unknown }>([
  { value: null },
  { value: undefined },
  { value: 'text, [with] "signs" \0 🦕 \uFEFF' },
  { value: "\uFEFF" },
  { value: "x".repeat(100_000) },
  { value: { long: "ü".repeat(40_000), a: [1, [2, { b: -0 }]] } },
  { value: [NaN, Infinity, 12345678901234567890n] },
  { value: { $: ["undefined"], __proto__: null } },
  { value: new Map([[new Date(5), new Set([/x/g])]]) },
  { value: new Uint8Array([1, 2, 3]) },
  { value: [new Float64Array([1.5, 2]).subarray(1), new ArrayBuffer(3)] },
  { value: new RangeError("wrong", { cause: { code: 5 } }) },
  { value: cyclic },
])("SharedQueue carries $value", async ({ value }) => {
  const queue = new SharedQueue<unknown>();
  queue.sendSync("before");
  queue.sendSync(value);
  queue.sendSync(value);
  queue.sendSync("after");
  assertEquals(queue.receiveSync(), "before");
  const expected = structuredClone(value);
  assertEquals([queue.receiveSync(), await queue.receive()], [expected, expected]);
  assertEquals(queue.receiveSync(), "after");
});

Deno.test.each([1, 32 * 1024 - 1, 32 * 1024, 50_000].map((length) => ({ length })))(
  "SharedQueue carries texts of $length units with halves of surrogate pairs",
  async ({ length }) => {
    const queue = new SharedQueue<unknown>();
    const texts = ["\ud800", "\udc00", 'ü🦕\udfff"\\\n'].map((part) => part.repeat(length));
    for (const text of texts) {
      queue.sendSync(text);
      // Not by assertEquals(), which would look for the shortest difference between long texts.
      assert(queue.receiveSync() === text, "the text was changed");
      await queue.send({ list: [text] });
      const { list: [inner] } = await queue.receive() as { list: string[] };
      assert(inner === text, "the text inside was changed");
    }
  },
);

Deno.test("SharedQueue captures a value at the call, also when it has to wait", async () => {
  const queue = new SharedQueue<number[]>({ capacity: 1 });
  const value = [1];
  queue.sendSync(value);
  value[0] = 2;
  const sent = queue.send(value);
  value[0] = 3;
  assertEquals(queue.receiveSync(), [1]);
  await sent;
  assertEquals(queue.receiveSync(), [2]);
});

Deno.test.each<{ what: string; value: unknown; message: string }>([
  { what: "a function", value: { a: [() => 1] }, message: "value.a[0] is a function" },
  { what: "a queue", value: { q: new Queue() }, message: "value.q cannot be sent as bytes" },
  {
    what: "shared memory",
    value: [1, { m: new SharedArrayBuffer(1) }],
    message: "value[1].m cannot be sent as bytes",
  },
  {
    what: "a view of shared memory",
    value: { v: new Uint8Array(new SharedArrayBuffer(1)) },
    message: "value.v cannot be sent as bytes",
  },
  { what: "a shared value", value: [new SharedValue("i8")], message: "value[0] cannot be sent" },
  {
    what: "a signal",
    value: { s: new AbortController().signal },
    message: "value.s cannot be sent as bytes",
  },
  {
    what: "shared memory in a Map",
    value: { "odd key": new Map([["m", new SharedArrayBuffer(1)]]) },
    message: 'value["odd key"].get("m") cannot be sent as bytes',
  },
])("SharedQueue refuses $what by its path", async ({ value, message }) => {
  using queue = new SharedQueue<unknown>();
  assertThrows(() => queue.sendSync(value), TypeError, message);
  await assertRejects(() => queue.send(value), TypeError, message);
  assertThrows(() => queue.trySend(value), TypeError, message);
  assertEquals(queue.size(), 0);
});

Deno.test("SharedQueue refuses to move a buffer, which stays", () => {
  const queue = new SharedQueue<unknown>();
  const bytes = new Uint8Array(5);
  assertThrows(() => queue.sendSync(transfer(bytes, [bytes.buffer])), TypeError, "moves a buffer");
  assertEquals([bytes.byteLength, queue.byteLength], [5, 2 ** 20]);
});

Deno.test("SharedQueue takes an error without what it holds that cannot be sent as bytes", () => {
  const queue = new SharedQueue<Error>();
  queue.sendSync(Object.assign(new RangeError("full"), { memory: new SharedArrayBuffer(1) }));
  const error = queue.receiveSync();
  assertInstanceOf(error, RangeError);
  assertEquals([error.message, typeof (error as Error & { memory: unknown }).memory], [
    "full",
    "string",
  ]);
});

Deno.test("SharedQueue refuses an item that is larger than the ring, and takes one as large", async () => {
  const queue = new SharedQueue<string>({ byteLength: 64 });
  // One byte for the kind, two for the quotes.
  const largest = "x".repeat(61);
  assertThrows(() => queue.sendSync(largest + "x"), RangeError, "has 65 bytes, the ring 64");
  await assertRejects(() => queue.send(largest + "x"), RangeError, "has 65 bytes, the ring 64");
  for (let round = 0; round < 5; round++) {
    queue.sendSync(largest);
    assertEquals(queue.trySend("y"), false);
    assertEquals(queue.receiveSync(), largest);
  }
});

Deno.test("SharedQueue goes around the end of the ring with items of every length", () => {
  for (const byteLength of [16, 61, 64, 100]) {
    const queue = new SharedQueue<unknown>({ byteLength });
    const sent: unknown[] = [];
    for (let i = 0; i < 2_000; i++) {
      const item = i % 5 === 0 ? [undefined, i].slice(1) : "ü🦕".repeat(i % 3).slice(0, i % 4 * 2);
      while (!queue.trySend(item)) assertEquals(queue.receiveSync(), sent.shift());
      sent.push(item);
    }
    while (sent.length > 0) assertEquals(queue.receiveSync(), sent.shift());
    assertEquals(queue.size(), 0);
  }
});

Deno.test("SharedQueue.capacity is a hard bound", async () => {
  const queue = new SharedQueue<number>({ capacity: 3 });
  for (const item of [1, 2, 3]) assert(queue.trySend(item));
  assertEquals([queue.trySend(4), queue.size(), queue.capacity], [false, 3, 3]);
  assertThrows(() => queue.sendSync(4, { timeoutMs: 5 }), DOMException, "no room within 5 ms");
  await assertRejects(() => queue.send(4, { timeoutMs: 5 }), DOMException, "no room within 5 ms");
  await assertRejects(() => queue.send(4, { timeoutMs: 0 }), DOMException, "no room within 0 ms");
  assertEquals([queue.receiveSync(), queue.trySend(4)], [1, true]);
});

Deno.test("SharedQueue looks at its memory at once, also where a Queue is asked", async () => {
  const queue: SharedQueue<number> | Queue<number> = new SharedQueue<number>();
  const sent: boolean = queue.trySend(1);
  const held: number = queue.size();
  assertEquals([sent, held, queue.tryReceive(), queue.size()], [
    true,
    1,
    { state: "ok", value: 1 },
    0,
  ]);
  const either = queue as SharedQueue<number> | Queue<number>;
  assertEquals([await either.trySend(2), await either.size()], [true, 1]);
});

Deno.test("SharedQueue.send() that waits keeps its place before later ones", async () => {
  const queue = new SharedQueue<string>({ byteLength: 64 });
  queue.sendSync("x".repeat(50));
  const sent = [queue.send("y".repeat(50)), queue.send("small")];
  assertEquals(queue.trySend("z"), false);
  const received = [queue.receiveSync(), await queue.receive(), await queue.receive()];
  await Promise.all(sent);
  assertEquals(received.map((text) => text[0]), ["x", "y", "s"]);
});

Deno.test("SharedQueue.receive() in one thread is served in order", async () => {
  const queue = new SharedQueue<number>();
  const waits = [queue.receive(), queue.receive(), queue.receive()];
  for (const item of [1, 2, 3]) await queue.send(item);
  assertEquals(await Promise.all(waits), [1, 2, 3]);
});

Deno.test("SharedQueue.receive() that is given up takes nothing", async () => {
  const queue = new SharedQueue<number>();
  for (let round = 0; round < 200; round++) {
    const abort = new AbortController();
    const given = queue.receive({ signal: abort.signal });
    const refused = assertRejects(() => given, Error, "enough");
    const kept = queue.receive();
    // In the same turn as the send.
    abort.abort(new Error("enough"));
    await queue.send(round);
    await refused;
    assertEquals(await kept, round);
  }
  await assertRejects(() => queue.receive({ timeoutMs: 1 }), DOMException, "no item within 1 ms");
  assertThrows(() => queue.receiveSync({ timeoutMs: 1 }), DOMException, "no item within 1 ms");
  assertThrows(() => queue.receiveSync({ timeoutMs: -1 }), RangeError, "timeoutMs");
});

Deno.test("SharedQueue.close() refuses sends, and lets what is there be received", async () => {
  const queue = new SharedQueue<number>({ capacity: 2 });
  queue.sendSync(1);
  queue.sendSync(2);
  const waiting = assertRejects(() => queue.send(3), ChannelClosedError, "it is closed");
  queue.close();
  await waiting;
  const error = assertThrows(() => queue.sendSync(4), ChannelClosedError, "it is closed");
  assertEquals([error.value, queue.trySend(5)], [4, false]);
  assertEquals(await Array.fromAsync(queue), [1, 2]);
  await assertRejects(() => queue.receive(), ChannelClosedError, "Cannot receive from SharedQueue");
  assertThrows(() => queue.receiveSync(), ChannelClosedError);
  assertEquals(queue.tryReceive(), { state: "closed" });
});

Deno.test("SharedQueue.close() ends all waits for items", async () => {
  const queue = new SharedQueue<number>();
  const waits = [queue.receive(), queue.receive()];
  const refused = waits.map((wait) => assertRejects(() => wait, ChannelClosedError));
  queue.close();
  queue.close();
  await Promise.all(refused);
});

Deno.test("SharedQueue.close({ discard: true }) drops what is there", () => {
  const queue = new SharedQueue<number>();
  for (const item of [1, 2, 3]) queue.sendSync(item);
  assertEquals(queue.receiveSync(), 1);
  queue.close({ discard: true });
  assertEquals([queue.size(), queue.tryReceive()], [0, { state: "closed" }]);
});

Deno.test("SharedQueue loops that are left lose nothing", async () => {
  const queue = new SharedQueue<number>();
  for (let i = 0; i < 10; i++) queue.sendSync(i);
  for await (const item of queue) if (item === 3) break;
  assertEquals(await queue.receive(), 4);
});

Deno.test("SharedQueue handles that arrived only release themselves", async () => {
  const queue = new SharedQueue<number>();
  const arrived = unpack<SharedQueue<number>>(structuredClone(pack(queue).message));
  await arrived.send(1);
  arrived[Symbol.dispose]();
  await assertRejects(() => arrived.send(2), ChannelClosedError, "this handle was released");
  assertThrows(() => pack(arrived), TypeError, "is a SharedQueue that was released here");
  assertEquals(arrived.trySend(2), false);
  assertThrows(() => arrived.tryReceive(), ChannelClosedError, "this handle was released");
  assertThrows(() => arrived.size(), ChannelClosedError, "this handle was released");
  assertEquals(await queue.receive(), 1);
  {
    using _queue = queue;
  }
  assertEquals(queue.trySend(1), false);
});

Deno.test("SharedQueue receivers that take turns each get what is next", () => {
  const queue = new SharedQueue<number>();
  const other = unpack<SharedQueue<number>>(structuredClone(pack(queue).message));
  for (let i = 0; i < 3_000; i++) queue.sendSync(i);
  for (let i = 0; i < 3_000; i++) {
    assertEquals((i * 7 % 100 < 60 ? queue : other).receiveSync(), i);
  }
});

Deno.test("SharedQueue loops that never wait let timers have their turn", async () => {
  const queue = new SharedQueue<number>();
  let isOver = false;
  const timer = setTimeout(() => isOver = true, 1);
  let rounds = 0;
  for (; !isOver && rounds < 3_000_000; rounds++) {
    await queue.send(rounds);
    await queue.receive();
  }
  clearTimeout(timer);
  assert(isOver, `${rounds} rounds`);
});

Deno.test.each([
  { options: { capacity: 0 } },
  { options: { capacity: 1.5 } },
  { options: { byteLength: 15 } },
  { options: { byteLength: 2 ** 31 } },
  { options: { capacity: Infinity } },
])("SharedQueue cannot be made with $options", ({ options }) => {
  assertThrows(() => new SharedQueue(options), RangeError, "Cannot create SharedQueue");
});
