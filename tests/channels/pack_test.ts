import { assert, assertEquals, assertThrows } from "@std/assert";
import { pack, Queue, transfer, unpack } from "../../mod.ts";
import { PipePair, VALUES } from "../fixtures/pipe_pair.ts";
import { PlainWorker } from "../fixtures/pipe_plain_worker.ts";
import { within } from "../testing.ts";

const WORKER = new URL("../fixtures/pack_worker.ts", import.meta.url).href;

function soon<T>(what: string, promise: PromiseLike<T>): Promise<T> {
  return within(20_000, what, promise);
}

Deno.test("pack() carries every value to a plain worker and back", async (t) => {
  using worker = new PlainWorker(WORKER);
  for (const { what, value } of VALUES) {
    await t.step(what, async () => {
      worker.post({ value });
      assertEquals(await soon(what, worker.reply()), value);
    });
  }
});

Deno.test("pack() carries a queue and a pipe end", async () => {
  using worker = new PlainWorker(WORKER);
  using queue = new Queue<unknown>();
  using ends = new PipePair<unknown>();
  worker.post({ queue, end: ends.right, value: "done" });
  assertEquals(await soon("the queue", queue.receive()), "through the queue");
  assertEquals(await soon("the pipe", ends.left.receive()), "through the pipe");
  assertEquals(await soon("the reply", worker.reply()), "done");
});

Deno.test("pack() keeps a signal live on its way to a worker", async () => {
  using worker = new PlainWorker(WORKER);
  const controller = new AbortController();
  worker.post({ signal: controller.signal, value: "ready" });
  assertEquals(await soon("the worker", worker.reply()), "ready");
  controller.abort("by the test");
  assertEquals(await soon("the abort", worker.reply()), "aborted: by the test");
});

Deno.test("pack() keeps a signal live on its way from a worker", async () => {
  using worker = new PlainWorker(WORKER);
  worker.post({ act: "make a signal" });
  const signal = await soon("the signal", worker.reply()) as AbortSignal;
  assertEquals(signal.aborted, false);
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  worker.post({ act: "abort it" });
  await soon("the abort", aborted);
  assertEquals(signal.reason, "by the worker");
});

Deno.test("pack() refuses by path before anything was moved", async () => {
  using ends = new PipePair<number>();
  const bytes = new Uint8Array(4);
  const value = { bytes: transfer(bytes, [bytes.buffer]), end: ends.right, list: [() => {}] };
  assertThrows(() => pack(value), TypeError, "value.list[0] is a function");
  assertEquals(bytes.byteLength, 4);
  await ends.left.send(1);
  assertEquals(await ends.right.receive(), 1);
});

Deno.test("pack() moves what was marked when it is called or posted, not before it is accepted", () => {
  const bytes = new Uint8Array([1, 2]);
  const { message, transfer: list } = pack(transfer(bytes, [bytes.buffer]));
  const posted = structuredClone(message, { transfer: list });
  assertEquals(unpack(posted), new Uint8Array([1, 2]));
  assertEquals(bytes.byteLength, 0);
});

Deno.test("unpack() refuses a message that was unpacked before", () => {
  const { message } = pack({ n: 1 });
  const posted = structuredClone(message);
  assertEquals(unpack(posted), { n: 1 });
  assertThrows(() => unpack(posted), TypeError, "before");
});

Deno.test.each(
  [undefined, null, 1, "text", {}, [], { troupe: "packed" }].map((message) => ({ message })),
)("unpack() refuses $message", ({ message }) => {
  assertThrows(() => unpack(message), TypeError, "not a message of pack()");
});

Deno.test("unpack() gives two messages of one queue the same queue", async () => {
  using queue = new Queue<number>();
  using first = unpack<Queue<number>>(pack(queue).message);
  assert(first instanceof Queue);
  await first.send(1);
  assertEquals(await queue.receive(), 1);
});
