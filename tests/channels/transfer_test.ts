import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { capture } from "../../channels/packing/capture.ts";
import { Queue, registerClass, transfer } from "../../channels/mod.ts";
import { within } from "../testing.ts";
import { arrive, cross, DESTINATIONS, LinkPair, post, TO, UncaughtErrors } from "./crossing.ts";

const SIZES = [{ byteLength: 3 }, { byteLength: 200_000 }];
const EVERYWHERE = DESTINATIONS.flatMap((to) => SIZES.map((size) => ({ ...to, ...size })));

Deno.test.each(EVERYWHERE)(
  "transfer() moves $byteLength bytes and detaches them here ($destination)",
  ({ destination, byteLength }) => {
    const bytes = new Uint8Array(byteLength).fill(7);
    const arrived = arrive(transfer(bytes, [bytes.buffer]), destination);
    assertEquals([bytes.byteLength, bytes.buffer.detached], [0, true]);
    assertEquals(arrived, new Uint8Array(byteLength).fill(7));
  },
);

Deno.test.each(DESTINATIONS)("transfer() gives the receiver its own bytes ($destination)", ({
  destination,
}) => {
  const { buffer } = new Uint8Array([1, 2]);
  const arrived = arrive(transfer(buffer, [buffer]), destination);
  assert(arrived !== buffer && !arrived.detached);
});

Deno.test.each(DESTINATIONS)("transfer() leaves buffers that are not listed ($destination)", ({
  destination,
}) => {
  const [moved, kept] = [new Uint8Array(4), new Uint8Array(4)];
  arrive(transfer([moved, kept], [moved.buffer]), destination);
  assertEquals([moved.byteLength, kept.byteLength], [0, 4]);
});

Deno.test.each(DESTINATIONS)(
  "transfer() moves once what occurs as views and as a buffer ($destination)",
  ({
    destination,
  }) => {
    const { buffer } = new Uint8Array([1, 2, 3, 4]);
    const value = [new Uint8Array(buffer, 1, 2), buffer, new DataView(buffer)] as const;
    const [bytes, arrived, view] = arrive(transfer(value, [buffer]), destination);
    assertStrictEquals(bytes.buffer, arrived);
    assertStrictEquals(view.buffer, arrived);
    assertEquals(bytes, new Uint8Array([2, 3]));
  },
);

Deno.test.each(DESTINATIONS)("transfer() takes a buffer that is listed twice ($destination)", ({
  destination,
}) => {
  const bytes = new Uint8Array([1]);
  const { buffer } = bytes;
  assertEquals(arrive(transfer(bytes, [buffer, buffer]), destination), new Uint8Array([1]));
  assert(buffer.detached);
});

Deno.test.each(DESTINATIONS)(
  "transfer() of one buffer in two places moves it once ($destination)",
  ({
    destination,
  }) => {
    const { buffer } = new Uint8Array([1]);
    const value = { a: transfer(buffer, [buffer]), b: transfer(buffer, [buffer]) };
    const { a, b } = arrive(value, destination);
    assertStrictEquals(a, b);
  },
);

Deno.test.each(DESTINATIONS)(
  "transfer() moves what occurs in the message before it ($destination)",
  ({
    destination,
  }) => {
    const bytes = new Uint8Array([1]);
    const [first, second] = arrive([bytes, transfer(bytes, [bytes.buffer])] as const, destination);
    assertStrictEquals(first, second);
    assertEquals([bytes.byteLength, first.byteLength], [0, 1]);
  },
);

const INSIDE = [
  { where: "a Map", place: (value: unknown) => new Map([["key", value]]) },
  { where: "the key of a Map", place: (value: unknown) => new Map([[value, 1]]) },
  { where: "a Set", place: (value: unknown) => new Set([value]) },
  { where: "a nested list", place: (value: unknown) => [[{ value }]] },
  { where: "an object with the key $", place: (value: unknown) => ({ $: value }) },
  { where: "a sparse array", place: (value: unknown) => Object.assign(new Array(3), [, value]) },
  { where: "an error", place: (value: unknown) => new Error("", { cause: value }) },
  { where: "another transfer", place: (value: unknown) => transfer({ value }, []) },
  { where: "300 levels of lists", place: (value: unknown) => nested(value, 300) },
];

function nested(innermost: unknown, levels: number): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

Deno.test.each(INSIDE.flatMap((row) => DESTINATIONS.map((to) => ({ ...row, ...to }))))(
  "transfer() moves inside $where ($destination)",
  ({ place, destination }) => {
    const bytes = new Uint8Array([1, 2]);
    const { attachments } = capture(
      [place(transfer(bytes, [bytes.buffer]))],
      TO[destination],
      "message",
      "args",
    );
    assertEquals(bytes.byteLength, 0);
    assertEquals(attachments, [new Uint8Array([1, 2]).buffer]);
  },
);

Deno.test.each(DESTINATIONS)("transfer() is invisible to the receiver ($destination)", ({
  destination,
}) => {
  const value = { list: transfer([1, new Date(2)], []) };
  assertEquals(arrive(value, destination), { list: [1, new Date(2)] });
});

Deno.test.each(DESTINATIONS)("transfer() of plain values changes nothing ($destination)", ({
  destination,
}) => {
  assertEquals(arrive([transfer(1, []), transfer("a", []), transfer(null, [])], destination), [
    1,
    "a",
    null,
  ]);
});

Deno.test.each(DESTINATIONS)(
  "transfer() detaches what is listed and not part of the value ($destination)",
  ({
    destination,
  }) => {
    const bytes = new Uint8Array(4);
    arrive(transfer("unrelated", [bytes.buffer]), destination);
    assertEquals(bytes.byteLength, 0);
  },
);

Deno.test.each(DESTINATIONS)("transfer() keeps a buffer resizable ($destination)", ({
  destination,
}) => {
  const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
  const arrived = arrive(transfer(buffer, [buffer]), destination);
  assertEquals([arrived.resizable, arrived.maxByteLength, buffer.detached], [true, 8, true]);
});

Deno.test("transfer() without buffers copies", () => {
  const bytes = new Uint8Array(4);
  arrive(transfer(bytes, []));
  assertEquals(bytes.byteLength, 4);
});

// What makes a message refused must leave everything in it as it was.
const CULPRITS = [
  { what: "a function", culprit: () => () => 1 },
  { what: "a detached buffer", culprit: detached },
  {
    what: "a SharedArrayBuffer that is listed",
    culprit: () => movedShared(new SharedArrayBuffer(1)),
  },
  { what: "a listed buffer that is detached", culprit: () => transfer(1, [detached()]) },
  { what: "a listed buffer that cannot be detached", culprit: undetachable, path: "args holds " },
  { what: "a listed port that is closed", culprit: () => closedPort()[0] },
  { what: "a listed port that was moved before", culprit: movedPort },
  { what: "a listed stream that is locked", culprit: () => lockedStream()[0] },
  { what: "a listed WritableStream that is locked", culprit: lockedSink },
  { what: "a listed TransformStream that is read", culprit: () => lockedTransform("readable") },
  { what: "a listed TransformStream that is written", culprit: () => lockedTransform("writable") },
  { what: "a listed instance", culprit: () => listedInstance()[0] },
  { what: "a listed view", culprit: () => listed(new Uint8Array(1)) },
  {
    what: "a listed Proxy of a buffer",
    culprit: () => listed(new Proxy(new ArrayBuffer(1), {})),
  },
  {
    what: "a listed object that only looks like a port",
    culprit: () => listed(Object.create(MessagePort.prototype)),
  },
  {
    what: "a listed object that only looks like a stream",
    culprit: () => listed(Object.create(ReadableStream.prototype)),
  },
];

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(4);
  buffer.transfer();
  return buffer;
}

function movedShared(memory: SharedArrayBuffer): unknown {
  return transfer(memory, [memory as unknown as ArrayBuffer]);
}

/** Listed, but not part of the value. */
function listed(thing: object): unknown {
  return transfer("value", [thing as ArrayBuffer]);
}

function movedPort(): unknown {
  const { port1, port2 } = new MessageChannel();
  structuredClone(port1, { transfer: [port1] }).close();
  port2.close();
  return transfer(port1, [port1]);
}

function lockedSink(): unknown {
  const stream = new WritableStream();
  stream.getWriter();
  return transfer(stream, [stream]);
}

function lockedTransform(side: "readable" | "writable"): unknown {
  const stream = new TransformStream();
  if (side === "readable") stream.readable.getReader();
  else stream.writable.getWriter();
  return listed(stream);
}

function undetachable(): unknown {
  const buffer = new WebAssembly.Memory({ initial: 1 }).buffer as ArrayBuffer;
  return transfer(buffer, [buffer]);
}

Deno.test.each(CULPRITS.flatMap((row) => DESTINATIONS.map((to) => ({ ...row, ...to }))))(
  "transfer() leaves buffers attached when the message is refused for $what ($destination)",
  ({ culprit, destination }) => {
    const [first, last] = [new Uint8Array(4), new Uint8Array(4)];
    assertThrows(
      () =>
        arrive(
          [transfer(first, [first.buffer]), culprit(), transfer(last, [last.buffer])],
          destination,
        ),
      TypeError,
      "Cannot send message: args",
    );
    assertEquals([first.byteLength, last.byteLength], [4, 4]);
  },
);

/** One of everything that is no buffer and can be given away. */
class Goods implements Disposable {
  readonly #channel = new MessageChannel();
  readonly all: Transferable[] = [
    this.#channel.port1,
    new ReadableStream(),
    new WritableStream(),
    new TransformStream(),
  ];

  /** Fails unless all are still here. */
  use(): void {
    const [port, source, sink, transform] = this.all as [
      MessagePort,
      ReadableStream,
      WritableStream,
      TransformStream,
    ];
    // What was moved is locked.
    const streams = [source, sink, transform.readable, transform.writable];
    assertEquals(streams.map(({ locked }) => locked), [false, false, false, false]);
    this.all[0] = structuredClone(port, { transfer: [port] });
  }

  [Symbol.dispose](): void {
    (this.all[0] as MessagePort).close();
    this.#channel.port2.close();
  }
}

Deno.test.each(CULPRITS.flatMap((row) => DESTINATIONS.map((to) => ({ ...row, ...to }))))(
  "transfer() leaves ports and streams usable when the message is refused for $what ($destination)",
  ({ culprit, destination }) => {
    using goods = new Goods();
    const [first, ...others] = goods.all;
    const message = [transfer(first, [first!]), culprit(), transfer(others, others)];
    assertThrows(() => arrive(message, destination), TypeError, "Cannot send message: args");
    goods.use();
  },
);

Deno.test("Queue.send() leaves what it was to move when a port of it is used while it waits", async () => {
  using goods = new Goods();
  const { port1, port2 } = new MessageChannel();
  for (const use of [() => port1.onmessage = () => {}, () => port2.close()]) {
    const queue = new Queue<unknown>({ capacity: 1 });
    await queue.send("first");
    const list = [...goods.all, port1, port2];
    const refused = assertRejects(() => queue.send(transfer(list, list)), TypeError);
    use();
    await queue.receive();
    await within(20_000, "the refusal", refused);
    goods.use();
    queue.close();
  }
  port1.close();
});

Deno.test.each(CULPRITS)(
  "transfer() says why $what is refused",
  ({ culprit, path = "args[0].a[0] is " }) => {
    const error = assertThrows(() => arrive({ a: [culprit()] }), TypeError);
    assert(error.message.startsWith(`Cannot send message: ${path}`), error.message);
  },
);

Deno.test("transfer() refuses a SharedArrayBuffer by its path", () => {
  const error = assertThrows(() => arrive({ a: movedShared(new SharedArrayBuffer(1)) }), TypeError);
  assertEquals(error.message, "Cannot send message: args[0].a is shared: it cannot be moved");
});

Deno.test("transfer() does not show in the path of what is refused inside it", () => {
  const error = assertThrows(() => arrive([transfer({ f() {} }, [])]), TypeError);
  assertEquals(error.message, "Cannot send message: args[0][0].f is a function");
});

class Tensor {
  constructor(readonly data: Uint8Array) {}
}
registerClass(Tensor, {
  name: "TransferTensor",
  encode: ({ data }) => data,
  decode: (data) => new Tensor(data),
});

Deno.test.each(DESTINATIONS)(
  "transfer() moves the buffer of a registered instance ($destination)",
  ({
    destination,
  }) => {
    const tensor = new Tensor(new Uint8Array([1, 2]));
    const arrived = arrive(transfer(tensor, [tensor.data.buffer as ArrayBuffer]), destination);
    assertEquals([arrived.data, tensor.data.byteLength], [new Uint8Array([1, 2]), 0]);
  },
);

Deno.test.each(DESTINATIONS)(
  "transfer() moves a buffer that two registered instances share ($destination)",
  ({ destination }) => {
    const { buffer } = new Uint8Array([1, 2]);
    const tensors = [
      new Tensor(new Uint8Array(buffer, 0, 1)),
      new Tensor(new Uint8Array(buffer, 1)),
    ];
    const arrived = arrive(transfer(tensors, [buffer]), destination);
    assertEquals(arrived.map(({ data }) => data), [new Uint8Array([1]), new Uint8Array([2])]);
  },
);

Deno.test.each(DESTINATIONS)(
  "transfer() moves a field of an error whose other field cannot cross ($destination)",
  ({ destination }) => {
    const bytes = new Uint8Array([1, 2]);
    const data = transfer(bytes, [bytes.buffer]);
    const error = Object.assign(new Error("with data"), { data, retry() {} });
    assertEquals(arrive(error, destination).data, new Uint8Array([1, 2]));
    assertEquals(bytes.byteLength, 0);
  },
);

Deno.test("transfer() moves a MessagePort, which goes on working", async () => {
  const { port1, port2 } = new MessageChannel();
  const arrived = await cross(transfer({ port1 }, [port1]));
  const message = Promise.withResolvers<unknown>();
  port2.onmessage = ({ data }) => message.resolve(data);
  arrived.port1.postMessage("through the moved port");
  assertEquals(await within(20_000, "a message", message.promise), "through the moved port");
  arrived.port1.close();
  port2.close();
});

Deno.test("transfer() keeps a MessagePort that occurs twice one object", async () => {
  const { port1, port2 } = new MessageChannel();
  const [first, second] = await cross(transfer([port1, port1], [port1]));
  assertStrictEquals(first, second);
  first!.close();
  port2.close();
});

Deno.test("transfer() moves a ReadableStream with what it gives", async () => {
  const stream = ReadableStream.from(["a", "b"]);
  const arrived = await cross(transfer(stream, [stream]));
  assertEquals(await within(20_000, "the stream", Array.fromAsync(arrived)), ["a", "b"]);
});

Deno.test("transfer() moves a WritableStream, which goes on writing here", async () => {
  const written: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  const stream = new WritableStream({
    write: (chunk) => void written.push(chunk),
    close: () => closed.resolve(),
  });
  const writer = (await cross(transfer(stream, [stream]))).getWriter();
  await writer.write("through the moved stream");
  await writer.close();
  await within(20_000, "the end of the stream", closed.promise);
  assertEquals(written, ["through the moved stream"]);
});

Deno.test.each(DESTINATIONS)("transfer() of a stream locks it here ($destination)", async ({
  destination,
}) => {
  const stream = ReadableStream.from([1]);
  const arrived = arrive(transfer(stream, [stream]), destination);
  const isLocked = stream.locked;
  await within(20_000, "the stream", Array.fromAsync(arrived));
  assert(isLocked);
});

// Each of these is found out only by the platform, when the whole batch is posted.
const IMPOSSIBLE = [
  { what: "a port that was sent a moment ago", moves: sentPort },
  { what: "a closed port", moves: closedPort },
  { what: "a locked stream", moves: lockedStream },
  { what: "an instance that is listed", moves: listedInstance },
];

function sentPort(): unknown[] {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return [transfer(port1, [port1]), transfer(port1, [port1])];
}

function closedPort(): unknown[] {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return [transfer(port1, [port1])];
}

function lockedStream(): unknown[] {
  const stream = ReadableStream.from([1]);
  stream.getReader();
  return [transfer(stream, [stream])];
}

function listedInstance(): unknown[] {
  const instance = new (class Listed {})();
  return [transfer(instance, [instance as ArrayBuffer])];
}

Deno.test.each(IMPOSSIBLE)("transfer() of $what loses no other message of the batch", async ({
  moves,
}) => {
  using uncaught = new UncaughtErrors();
  using pair = new LinkPair();
  post(pair.left, "before");
  for (const move of moves()) {
    try {
      post(pair.left, move);
    } catch {
      // To refuse it here is right; what matters is the rest.
    }
  }
  post(pair.left, "after");
  await new Promise((resolve) => setTimeout(resolve, 0));
  post(pair.left, "last");

  await pair.inbox.first(1);
  while (pair.inbox.values.at(-1) !== "last") await pair.inbox.first(pair.inbox.values.length + 1);
  const texts = pair.inbox.values.filter((value) => typeof value === "string");
  for (const value of pair.inbox.values) if (value instanceof MessagePort) value.close();
  assertEquals([texts, uncaught.seen], [["before", "after", "last"], []]);
});
