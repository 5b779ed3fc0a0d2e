import { assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";
import { ActorSystem, ChannelClosedError, transfer } from "../../mod.ts";
import { OneWay, PipePair } from "../fixtures/pipe_pair.ts";
import { bounce, drain, echo, measure, pour } from "../fixtures/pipe_tasks.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

const BYTES = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]);

function soon<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  return within(10_000, what, promise);
}

Deno.test.each([
  { what: "all", options: {}, part: [0, 1, 2, 3, 4, 5, 6, 7] },
  { what: "the rest", options: { byteOffset: 5 }, part: [5, 6, 7] },
  { what: "the first", options: { byteLength: 2 }, part: [0, 1] },
  { what: "a middle part", options: { byteOffset: 2, byteLength: 3 }, part: [2, 3, 4] },
  { what: "none", options: { byteOffset: 8 }, part: [] },
  { what: "none of it", options: { byteLength: 0 }, part: [] },
])("PipeEnd.sendBytes() sends $what of the bytes", async ({ options, part }) => {
  using ends = new PipePair<unknown>();
  await ends.left.sendBytes(BYTES, options);
  assertEquals(await ends.right.receive(), new Uint8Array(part));
});

Deno.test("PipeEnd.sendBytes() counts from the start of a view, in bytes", async () => {
  using ends = new PipePair<unknown>();
  const { buffer } = BYTES.slice();
  await ends.left.sendBytes(new Uint16Array(buffer, 2, 2));
  await ends.left.sendBytes(new Uint16Array(buffer, 2, 2), { byteOffset: 1, byteLength: 2 });
  await ends.left.sendBytes(new DataView(buffer, 6));
  await ends.left.sendBytes(buffer, { byteOffset: 7 });
  for (const part of [[2, 3, 4, 5], [3, 4], [6, 7], [7]]) {
    assertEquals(await ends.right.receive(), new Uint8Array(part));
  }
});

Deno.test("PipeEnd.sendBytes() sends only the range, in a buffer of its own", async () => {
  using ends = new PipePair<Uint8Array>();
  const bytes = new Uint8Array(1_000);
  await ends.left.sendBytes(bytes, { byteOffset: 10, byteLength: 3 });
  const received = await ends.right.receive();
  assertEquals([received.byteOffset, received.buffer.byteLength], [0, 3]);
  assertEquals(bytes.byteLength, 1_000);
  assertNotStrictEquals(received.buffer, bytes.buffer);
});

Deno.test("PipeEnd.sendBytes() copies shared memory at the call", async () => {
  using ends = new PipePair<Uint8Array>();
  const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(1);
  const sent = ends.left.sendBytes(shared);
  shared.fill(2);
  await sent;
  const received = await ends.right.receive();
  assertEquals([[...received], received.buffer instanceof ArrayBuffer], [[1, 1], true]);
});

Deno.test("PipeEnd.sendBytes() captures at the call when it has to wait", async () => {
  using ends = new PipePair<unknown>({ capacity: 1 });
  await ends.left.send("first");
  const bytes = BYTES.slice(0, 2);
  const sent = ends.left.sendBytes(bytes);
  bytes.fill(9);
  await ends.right.receive();
  await soon("room", sent);
  assertEquals(await ends.right.receive(), new Uint8Array([0, 1]));
});

Deno.test("PipeEnd.sendBytes() rejects with the bytes when the end is closed or sent away", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using closed = new PipePair<unknown>();
  closed.left.close();
  const error = await assertRejects(() => closed.left.sendBytes(BYTES), ChannelClosedError);
  assertEquals(error.value, BYTES);
  using ends = new PipePair<unknown>();
  const done = system.run(echo, ends.right);
  const late = await assertRejects(() => ends.right.sendBytes(BYTES), ChannelClosedError);
  assertEquals(late.value, BYTES);
  ends.left.close();
  await done;
});

Deno.test.each([
  { byteOffset: 9 },
  { byteLength: 9 },
  { byteOffset: 6, byteLength: 3 },
  { byteOffset: -1 },
  { byteOffset: 0.5 },
  { byteLength: -1 },
  { byteLength: NaN },
])("PipeEnd.sendBytes() refuses the range $byteOffset, $byteLength", async (options) => {
  using ends = new PipePair<unknown>();
  await assertRejects(() => ends.left.sendBytes(BYTES, options), RangeError);
  assertEquals(await ends.right.poll(), false);
});

Deno.test("PipeEnd.receiveInto() gives the count of bytes and leaves the rest alone", async () => {
  using ends = new PipePair<unknown>();
  await ends.left.sendBytes(new Int32Array([0, 1, 2, 3, 4]));
  const target = new Int32Array(10).fill(-1);
  assertEquals(await ends.right.receiveInto(target), 20);
  assertEquals([...target], [0, 1, 2, 3, 4, -1, -1, -1, -1, -1]);
});

Deno.test("PipeEnd.receiveInto() begins at byteOffset, in bytes of the view", async () => {
  using ends = new PipePair<unknown>();
  const memory = new Uint8Array(8);
  await ends.left.sendBytes(new Uint8Array([7, 8]));
  const view = new Uint16Array(memory.buffer, 2);
  assertEquals(await ends.right.receiveInto(view, { byteOffset: 3 }), 2);
  assertEquals([...memory], [0, 0, 0, 0, 0, 7, 8, 0]);
});

Deno.test.each([
  { kind: "a buffer", make: () => new ArrayBuffer(4) },
  { kind: "shared memory", make: () => new SharedArrayBuffer(4) },
  { kind: "a view", make: () => new DataView(new ArrayBuffer(8), 4) },
])("PipeEnd.receiveInto() fills $kind", async ({ make }) => {
  using ends = new PipePair<unknown>();
  await ends.left.sendBytes(new Uint8Array([1, 2, 3, 4]));
  const target = make();
  assertEquals(await ends.right.receiveInto(target), 4);
  const bytes = target instanceof DataView
    ? new Uint8Array(target.buffer, target.byteOffset)
    : new Uint8Array(target);
  assertEquals([...bytes], [1, 2, 3, 4]);
});

Deno.test("PipeEnd.receiveInto() takes no bytes", async () => {
  using ends = new PipePair<unknown>();
  await ends.left.sendBytes(new Uint8Array());
  assertEquals(await ends.right.receiveInto(new Uint8Array()), 0);
  assertEquals(await ends.right.poll(), false);
});

Deno.test("PipeEnd.receiveInto() leaves a message that does not fit, whole", async () => {
  using ends = new PipePair<unknown>();
  await ends.left.sendBytes(BYTES);
  await ends.left.send("next");
  const target = new Uint8Array(7);
  await assertRejects(
    () => ends.right.receiveInto(target),
    RangeError,
    "8 bytes do not fit into 7",
  );
  await assertRejects(
    () => ends.right.receiveInto(new Uint8Array(8), { byteOffset: 1 }),
    RangeError,
  );
  assertEquals([...target], [0, 0, 0, 0, 0, 0, 0]);
  assertEquals(await ends.right.receiveInto(new Uint8Array(8)), 8);
  assertEquals(await ends.right.receive(), "next");
});

Deno.test("PipeEnd.receiveInto() leaves a message that does not fit when it was waiting", async () => {
  using ends = new PipePair<unknown>();
  const received = assertRejects(() => ends.right.receiveInto(new Uint8Array(7)), RangeError);
  const next = ends.right.receive();
  await ends.left.sendBytes(BYTES);
  await soon("the refusal", received);
  assertEquals(await soon("the message", next), BYTES);
});

Deno.test("PipeEnd.receiveInto() leaves moved bytes that do not fit, whole", async () => {
  using ends = new PipePair<unknown>();
  const bytes = BYTES.slice();
  await ends.left.send(transfer(bytes, [bytes.buffer]));
  await assertRejects(() => ends.right.receiveInto(new Uint8Array(1)), RangeError);
  assertEquals(await ends.right.receive(), BYTES);
});

Deno.test.each([
  { what: "a string", item: "bytes" },
  { what: "undefined", item: undefined },
  { what: "a buffer in an object", item: { bytes: new Uint8Array(2) } },
  { what: "numbers", item: [1, 2] },
])("PipeEnd.receiveInto() leaves $what, which is not bytes", async ({ item }) => {
  using ends = new PipePair<unknown>();
  await ends.left.send(item);
  const target = new Uint8Array(8);
  await assertRejects(() => ends.right.receiveInto(target), TypeError, "not bytes");
  assertEquals(await ends.right.receive(), item);
  assertEquals(target, new Uint8Array(8));
});

Deno.test("PipeEnd.receiveInto() leaves a pipe end, which still works", async () => {
  using ends = new PipePair<unknown>();
  using inner = new PipePair<number>();
  await ends.left.send(inner.right);
  await assertRejects(() => ends.right.receiveInto(new Uint8Array(8)), TypeError);
  using arrived = await ends.right.receive() as PipePair<number>["right"];
  await inner.left.send(1);
  assertEquals(await arrived.receive(), 1);
});

Deno.test.each([9, -1, 0.5, NaN].map((byteOffset) => ({ byteOffset })))(
  "PipeEnd.receiveInto() refuses a byteOffset of $byteOffset",
  async ({ byteOffset }) => {
    using ends = new PipePair<unknown>();
    await ends.left.sendBytes(BYTES);
    const target = new Uint8Array(8);
    await assertRejects(() => ends.right.receiveInto(target, { byteOffset }), RangeError);
    assertEquals(await ends.right.receive(), BYTES);
  },
);

Deno.test("PipeEnd.receiveInto() times out, is aborted, and ends like receive()", async () => {
  using ends = new PipePair<unknown>();
  const target = new Uint8Array(8);
  const late = await assertRejects(() => ends.right.receiveInto(target, { timeoutMs: 10 }));
  assertEquals((late as DOMException).name, "TimeoutError");
  const signal = AbortSignal.abort("no");
  assertEquals(await ends.right.receiveInto(target, { signal }).catch((reason) => reason), "no");
  ends.left.close();
  await assertRejects(() => ends.right.receiveInto(target), ChannelClosedError);
});

simulated("PipeEnd sends bytes to a worker", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<Uint8Array, number>();
  const done = system.run(measure, ends.right);
  await ends.left.sendBytes(BYTES, { byteOffset: 3 });
  assertEquals(await soon("the answer", ends.left.receive()), 5);
  ends.left.close();
  await done;
});

simulated("PipeEnd moves 64 MiB to a worker and back", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<Uint8Array<ArrayBuffer>>();
  const done = system.run(bounce, ends.right as never);
  const bytes = new Uint8Array(64 * 2 ** 20);
  bytes[0] = 41;
  bytes[bytes.length - 1] = 7;
  await ends.left.send(transfer(bytes, [bytes.buffer]));
  assertEquals(bytes.byteLength, 0);
  const back = await soon("64 MiB", ends.left.receive());
  assertEquals([back.byteLength, back[0], back.at(-1)], [64 * 2 ** 20, 42, 7]);
  ends.left.close();
  await done;
});

Deno.test("PipeEnd.readable gives the items until the end", async () => {
  using ends = new OneWay<number | undefined>();
  for (const item of [1, undefined, 3]) await ends.sender.send(item);
  ends.sender.close();
  const items = await soon("the end", Array.fromAsync(ends.receiver.readable));
  assertEquals(items, [1, undefined, 3]);
});

Deno.test("PipeEnd.readable is one stream", () => {
  using ends = new PipePair<number>();
  assertEquals(ends.left.readable === ends.left.readable, true);
  assertEquals(ends.left.writable === ends.left.writable, true);
});

Deno.test("PipeEnd.readable takes an item only when asked for it", async () => {
  using ends = new OneWay<number>({ capacity: 1 });
  const reader = ends.receiver.readable.getReader();
  await ends.sender.send(1);
  await assertRejects(() => ends.sender.send(2, { timeoutMs: 50 }), DOMException);
  const sent = ends.sender.send(3);
  assertEquals(await reader.read(), { done: false, value: 1 });
  await soon("room", sent);
  assertEquals(await reader.read(), { done: false, value: 3 });
});

Deno.test("PipeEnd.readable rejects the sends of the other end when it is cancelled", async () => {
  using ends = new OneWay<number>({ capacity: 1 });
  await ends.sender.send(1);
  const waiting = ends.sender.send(2);
  await ends.receiver.readable.cancel();
  const error = await soon("refusal", assertRejects(() => waiting, ChannelClosedError));
  assertEquals(error.value, 2);
});

Deno.test("PipeEnd.readable lets the end send after it is cancelled", async () => {
  using ends = new PipePair<number>();
  await ends.right.readable.cancel();
  await ends.right.send(1);
  assertEquals(await soon("the item", ends.left.receive()), 1);
});

Deno.test("PipeEnd.readable can be cancelled while a read is pending", async () => {
  using ends = new PipePair<number>();
  const reader = ends.right.readable.getReader();
  const read = reader.read();
  await soon("the cancel", reader.cancel());
  assertEquals((await soon("the read", read)).done, true);
});

Deno.test("PipeEnd.writable sends its chunks", async () => {
  using ends = new OneWay<number>();
  await ReadableStream.from([1, 2, 3]).pipeTo(ends.sender.writable);
  assertEquals(await soon("the end", Array.fromAsync(ends.receiver)), [1, 2, 3]);
});

Deno.test("PipeEnd.writable waits until chunks are received", async () => {
  using ends = new OneWay<number>();
  const writer = ends.sender.writable.getWriter();
  let written = 0;
  const all = Array.from({ length: 100 }, (_, n) => writer.write(n).then(() => written++));
  assertEquals(await ends.receiver.poll({ timeoutMs: 1_000 }), true);
  for (let round = 0; round < 10; round++) await ends.receiver.poll({ timeoutMs: 1 });
  const ahead = written;
  for (let n = 0; n < 100; n++) assertEquals(await ends.receiver.receive(), n);
  await soon("the writes", Promise.all(all));
  assertEquals(ahead < 30, true, `${ahead} chunks were written ahead`);
  writer.releaseLock();
});

Deno.test("PipeEnd.writable obeys the capacity", async () => {
  using ends = new OneWay<number>({ capacity: 2 });
  const writer = ends.sender.writable.getWriter();
  let written = 0;
  const all = Array.from({ length: 10 }, (_, n) => writer.write(n).then(() => written++));
  assertEquals(await ends.receiver.poll({ timeoutMs: 1_000 }), true);
  for (let round = 0; round < 10; round++) await ends.receiver.poll();
  const ahead = written;
  for (let n = 0; n < 10; n++) assertEquals(await ends.receiver.receive(), n);
  await soon("the writes", Promise.all(all));
  assertEquals(ahead <= 2, true, `${ahead} chunks were written ahead`);
});

Deno.test("PipeEnd.writable sends no more when it is closed, while the end still receives", async () => {
  using ends = new PipePair<string>();
  const writer = ends.left.writable.getWriter();
  await writer.write("question");
  await writer.close();
  assertEquals(await Array.fromAsync(ends.right), ["question"]);
  await assertRejects(() => ends.left.send("more"), ChannelClosedError);
  await ends.right.send("answer");
  assertEquals(await soon("the answer", ends.left.receive()), "answer");
});

Deno.test("PipeEnd.writable rejects writes when the other end is closed", async () => {
  using ends = new PipePair<number>();
  const writer = ends.left.writable.getWriter();
  writer.closed.catch(() => {});
  const writes = Array.from({ length: 40 }, (_, n) => writer.write(n));
  const results = Promise.allSettled(writes);
  ends.right.close();
  const { status, reason } = (await soon("the writes", results)).at(-1) as PromiseRejectedResult;
  assertEquals([status, reason instanceof ChannelClosedError], ["rejected", true]);
});

Deno.test("PipeEnd.writable ends what the other end receives when it is aborted", async () => {
  using ends = new OneWay<number>();
  const writer = ends.sender.writable.getWriter();
  await writer.write(1);
  await writer.abort(new Error("enough"));
  assertEquals(await soon("the end", Array.fromAsync(ends.receiver)), [1]);
});

simulated("PipeEnd.writable and readable of an end that was sent away refuse", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new PipePair<unknown>();
  const { readable, writable } = ends.right;
  await ends.left.send("unread");
  const done = system.run(echo, ends.right);
  await assertRejects(() => readable.getReader().read(), ChannelClosedError, "sent away");
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  await assertRejects(() => writer.write(1), ChannelClosedError, "sent away");
  assertEquals(await soon("the echo", ends.left.receive()), "unread");
  ends.left.close();
  await done;
});

simulated("PipeEnd.writable streams to a worker's readable", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new OneWay<number>({ capacity: 8 });
  const sum = system.run(drain, ends.receiver);
  const writer = ends.sender.writable.getWriter();
  for (let n = 0; n <= 500; n++) await writer.write(n);
  await writer.close();
  assertEquals(await soon("the sum", sum), 125_250);
});

simulated("PipeEnd.readable reads what a worker writes", async () => {
  await using system = new ActorSystem({ workers: 1 });
  using ends = new OneWay<number>();
  const poured = system.run(pour, ends.sender as never, 500);
  const items = await soon("the items", Array.fromAsync(ends.receiver.readable));
  assertEquals(items, [...Array(500).keys()]);
  await poured;
});
