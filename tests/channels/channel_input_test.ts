import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { pipe, Queue, select, transfer } from "../../channels/mod.ts";
import { PipePair } from "../fixtures/pipe_pair.ts";

// deno-lint-ignore no-explicit-any
type Untyped = any;

const BAD_OPTIONS = [null, 5, "soon"].map((options) => ({ options }));

Deno.test.each(BAD_OPTIONS)(
  "Channels refuse $options instead of options, and do nothing",
  async ({ options }) => {
    using queue: Untyped = new Queue<number>();
    using ends = new PipePair<unknown>();
    const left: Untyped = ends.left;
    const refused = "options must be an object, received";
    for (
      const call of [
        () => queue.send(1, options),
        () => queue.receive(options),
        () => queue.join(options),
        () => left.send(1, options),
        () => left.receive(options),
        () => left.poll(options),
        () => left.sendBytes(new Uint8Array(1), options),
        () => left.receiveInto(new Uint8Array(1), options),
        () => select([queue], options as Untyped),
      ]
    ) await assertRejects(call, TypeError, refused, String(call));
    assertThrows(() => queue.close(options), TypeError, refused);
    assertThrows(() => new Queue(options as Untyped), TypeError, refused);
    assertThrows(() => pipe(options as Untyped), TypeError, refused);
    assertThrows(() => pipe.oneWay(options as Untyped), TypeError, refused);
    assertEquals([await queue.size(), await ends.right.poll()], [0, false]);
  },
);

Deno.test("Channels refuse a signal that is none", async () => {
  using queue: Untyped = new Queue<number>();
  using ends = new PipePair<unknown>();
  const options: Untyped = { signal: 5 };
  const text = "signal must be an AbortSignal, received 5";
  for (
    const call of [
      () => queue.send(1, options),
      () => queue.receive(options),
      () => ends.left.send(1, options),
      () => ends.left.poll(options),
      () => select([queue], options as Untyped),
    ]
  ) await assertRejects(call, TypeError, text);
  assertEquals(await queue.size(), 0);
});

Deno.test.each([5, "abc", [1, 2], null, {}].map((bytes) => ({ bytes })))(
  "PipeEnd refuses $bytes instead of bytes",
  async ({ bytes }) => {
    using ends = new PipePair<unknown>();
    const text = "must be an ArrayBuffer, a SharedArrayBuffer or a view of one";
    await assertRejects(() => ends.left.sendBytes(bytes as Untyped), TypeError, text);
    await ends.left.send(new Uint8Array(1));
    await assertRejects(() => ends.right.receiveInto(bytes as Untyped), TypeError, text);
    assertEquals(await ends.right.receive(), new Uint8Array(1));
  },
);

Deno.test.each([
  { buffers: [5], text: "buffers[0] must be an ArrayBuffer" },
  { buffers: [new ArrayBuffer(1), null], text: "buffers[1] must be an ArrayBuffer" },
  { buffers: 5, text: "buffers must be an array, received 5" },
  { buffers: undefined, text: "buffers must be an array, received undefined" },
])("transfer() refuses to move $buffers", ({ buffers, text }) => {
  assertThrows(() => transfer(1, buffers as Untyped), TypeError, text);
});
