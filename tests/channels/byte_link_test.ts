import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { capture } from "../../channels/packing/capture.ts";
import { Link } from "../../channels/link/link.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { revive } from "../../channels/message/revival.ts";
import { pipe, Queue, registerClass, transfer } from "../../channels/mod.ts";
import { Mutex } from "../../shared/mod.ts";
import { ODD_VALUES, portrait } from "../fixtures/odd_values.ts";
import { within } from "../testing.ts";
import { AS_BYTES, ByteCarrier } from "./byte_carrier.ts";
import { Inbox } from "./crossing.ts";
import { randomValue, seededRandom } from "./random_value.ts";
import { assertSameStructure } from "./same_structure.ts";

type Told = readonly [kind: 0, to: number, handler: string, ...args: Payload[]];

/** Two links over bytes, which are closed at the end of the scope. */
class BytePair implements Disposable {
  readonly left: Link<Told>;
  readonly right: Link<Told>;
  readonly carrier: ByteCarrier;
  /** Where what the left end sends arrives. */
  readonly far: ByteCarrier;
  /** The values that came in on the right. */
  readonly inbox = new Inbox();
  /** What the right end could not handle. */
  readonly broken = Promise.withResolvers<unknown>();

  constructor() {
    [this.carrier, this.far] = ByteCarrier.pair();
    this.left = new Link<Told>(this.carrier, () => {});
    this.right = new Link<Told>(this.far, ([, , , ...args], context) => {
      for (const each of args) this.inbox.add(revive(each, context)[0]);
    }, this.broken.resolve);
  }

  tell(value: unknown, handler = "take"): void {
    this.left.sendItem(0, 1, handler, capture([value], AS_BYTES, "message", "args"));
  }

  [Symbol.dispose](): void {
    this.left.close(new Error("the left end was closed"));
    this.right.close(new Error("the right end was closed"));
  }
}

/** What arrives for a value. */
async function cross<T>(value: T): Promise<T> {
  using pair = new BytePair();
  pair.tell(value);
  return (await pair.inbox.first(1))[0] as T;
}

class Money {
  constructor(readonly cents: bigint, readonly note: object) {}
}
registerClass(Money, {
  name: "byte_link_test.Money",
  encode: ({ cents, note }) => [cents, note] as const,
  decode: ([cents, note]) => new Money(cents, note),
});

Deno.test.each<{ what: string; make: () => unknown }>([
  { what: "scalars", make: () => [1, "a", true, null, undefined, -0, NaN, -Infinity, 2n ** 70n] },
  {
    what: "text of all kinds",
    make: () => ["\ud800", "é😀\0\u2028", "\ufeff", "x".repeat(40_000)],
  },
  { what: "a long text with lone surrogates", make: () => "\udc00é".repeat(40_000) },
  { what: "dates", make: () => [new Date(0), new Date(NaN)] },
  { what: "maps and sets", make: () => new Map([[{ a: 1 }, new Set([1, undefined])]]) },
  { what: "boxed values and expressions", make: () => [Object(-0), Object(1n), /a+/gi] },
  { what: "arrays with holes", make: () => [[, 1, , undefined], new Array(3)] },
  { what: "many numbers", make: () => [...Array(300).keys(), -0, NaN] },
  { what: "odd keys", make: () => JSON.parse('{"__proto__":{"x":1},"$":[1],"":2}') },
  { what: "buffers", make: () => [new ArrayBuffer(0), new Uint8Array([1, 2]).buffer] },
  { what: "a large buffer", make: () => new Uint8Array(200_000).fill(7) },
  {
    what: "views of one buffer",
    make: () => {
      const { buffer } = new Float64Array([1.5, 2]);
      return [
        new Float64Array(buffer),
        new Uint8Array(buffer, 3, 2),
        new DataView(buffer, 8),
        buffer,
      ];
    },
  },
  {
    what: "a circle",
    make: () => {
      const circle: unknown[] = [new Map()];
      circle.push(circle, (circle[0] as Map<unknown, unknown>).set(circle, { circle }));
      return circle;
    },
  },
  {
    what: "many levels",
    make: () => Array.from({ length: 2_000 }).reduce((value) => [value], "innermost"),
  },
])("A link over bytes carries $what", async ({ make }) => {
  assertSameStructure(await cross(make()), make());
});

Deno.test("A link over bytes carries errors with their causes and fields", async () => {
  const cause = Object.assign(new DOMException("gone", "AbortError"));
  const sent = Object.assign(new RangeError("too much", { cause }), { at: new Date(3), count: 5n });
  const error = await cross(sent);
  assertInstanceOf(error, RangeError);
  assertInstanceOf(error.cause, DOMException);
  assertEquals([error.message, error.stack, error.cause.name], [
    sent.message,
    sent.stack,
    "AbortError",
  ]);
  assertEquals([error.at, error.count], [new Date(3), 5n]);
});

Deno.test("A link over bytes carries an error without what it holds that is no bytes", async () => {
  const error = await cross(Object.assign(new Error("full"), { memory: new SharedArrayBuffer(1) }));
  assertEquals([error.message, typeof error.memory], ["full", "string"]);
});

Deno.test("A link over bytes carries instances of registered classes", async () => {
  const [money, again] = await cross([new Money(5n, new Map([[1, new Date(2)]])), 1]);
  assertInstanceOf(money, Money);
  assertEquals([money, again], [new Money(5n, new Map([[1, new Date(2)]])), 1]);
});

Deno.test.each(ODD_VALUES)(
  "A link over bytes carries or refuses: $what",
  async ({ make, arrives = () => structuredClone(make()), refused }) => {
    using pair = new BytePair();
    try {
      pair.tell(make());
    } catch (error) {
      assertInstanceOf(error, TypeError);
      const isNoBytes = error.message.endsWith(" cannot be sent as bytes");
      assert(isNoBytes || refused !== undefined && error.message.endsWith(refused), error.message);
      return;
    }
    assertEquals(portrait((await pair.inbox.first(1))[0]), portrait(arrives()));
  },
);

Deno.test("A link over bytes carries random graphs of values", async () => {
  using pair = new BytePair();
  const seeds = [];
  for (let seed = 0; seed < 300; seed++) {
    try {
      pair.tell(randomValue(seededRandom(seed)));
      seeds.push(seed);
    } catch (error) {
      assert((error as Error).message.endsWith("cannot be sent as bytes"), String(error));
    }
  }
  assert(seeds.length > 150, `${seeds.length} of 300 can be sent`);
  const values = await pair.inbox.first(seeds.length);
  for (const [index, seed] of seeds.entries()) {
    assertSameStructure(values[index], randomValue(seededRandom(seed)), `(seed ${seed})`);
  }
});

Deno.test("A link over bytes keeps the order of tells of all kinds, in batches", async () => {
  using pair = new BytePair();
  const kinds = [
    (id: number) => ({ id }),
    (id: number) => ({ id, bytes: new Uint8Array([id]) }),
    (id: number) => ({ id, text: "x".repeat(40_000) }),
    (id: number) => ({ id, when: new Date(id) }),
    (id: number) => ({ id, signal: new AbortController().signal }),
  ];
  for (let id = 0; id < 2_000; id++) {
    pair.tell(kinds[id % kinds.length]!(id), id % 7 < 3 ? "take" : "other");
    if (id % 300 === 0) await Promise.resolve();
  }
  const values = await pair.inbox.first(2_000) as { id: number; bytes?: Uint8Array }[];
  assertEquals(values.map(({ id }) => id), [...Array(2_000).keys()]);
  assertEquals([values[1]!.bytes![0], values[1_996]!.bytes![0]], [1, 1_996 % 256]);
  assert(pair.carrier.sent.length < 50, `${pair.carrier.sent.length} batches`);
});

Deno.test("A link over bytes passes an abort on, with a reason that can go", async () => {
  using pair = new BytePair();
  const controllers = [new AbortController(), new AbortController()] as const;
  pair.tell(controllers.map(({ signal }) => signal));
  const [[one, other]] = await pair.inbox.first(1) as [AbortSignal[]];
  controllers[0].abort(new Map([["why", 1n]]));
  controllers[1].abort(new SharedArrayBuffer(1));
  for (const signal of [one!, other!]) {
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve());
    if (!signal.aborted) await within(20_000, "an abort", aborted.promise);
  }
  assertEquals(one!.reason, new Map([["why", 1n]]));
  assertEquals(other!.reason.message, "Cannot send abort: reason cannot be sent as bytes");
});

const memory = () => new SharedArrayBuffer(8);

Deno.test.each<{ what: string; make: () => unknown; path: string }>([
  { what: "shared memory", make: () => ({ list: [1, memory()] }), path: ".list[1]" },
  {
    what: "a view of it",
    make: () => new Map([["v", new Int32Array(memory())]]),
    path: '.get("v")',
  },
  {
    what: "a resizable buffer",
    make: () => [new ArrayBuffer(1, { maxByteLength: 2 })],
    path: "[0]",
  },
  { what: "a lock", make: () => ({ "odd key": new Mutex() }), path: '["odd key"]' },
  { what: "a queue", make: () => ({ q: new Queue() }), path: ".q" },
  { what: "a blob", make: () => ({ deep: { b: new Blob(["x"]) } }), path: ".deep.b" },
  {
    what: "shared memory in an instance",
    make: () => ({ m: new Money(1n, memory()) }),
    path: ".m",
  },
])("A link over bytes refuses $what by path, before anything is sent", ({ make, path }) => {
  using pair = new BytePair();
  const value = make();
  const { message } = assertThrows(() => pair.tell(value), TypeError);
  assertEquals(message, `Cannot send message: args[0]${path} cannot be sent as bytes`);
  pair.left.flush();
  assertEquals(pair.carrier.sent, []);
});

Deno.test("A link over bytes refuses a port by path, and leaves it here", async () => {
  using pair = new BytePair();
  const { port1, port2 } = new MessageChannel();
  const { message } = assertThrows(
    () => pair.tell({ to: [transfer({ port: port2 }, [port2])] }),
    TypeError,
  );
  assertEquals(message, "Cannot send message: args[0].to[0].port cannot be sent as bytes");
  assertThrows(() => pair.tell(transfer(1, [port2])), TypeError, "args[0] cannot be sent as bytes");
  const heard = Promise.withResolvers<unknown>();
  port1.onmessage = ({ data }) => heard.resolve(data);
  port2.postMessage("still here");
  assertEquals(await within(20_000, "a message", heard.promise), "still here");
  port1.close();
});

Deno.test("A link over bytes refuses to move a buffer, which stays", () => {
  using pair = new BytePair();
  const bytes = new Uint8Array(5);
  const { message } = assertThrows(() => pair.tell([transfer(bytes, [bytes.buffer])]), TypeError);
  assert(message.startsWith("Cannot send message: args[0][0] moves a buffer"), message);
  assertEquals(bytes.byteLength, 5);
});

Deno.test("A link over bytes refuses the end of a pipe, which stays usable", async () => {
  using pair = new BytePair();
  const [left, right] = pipe<number>();
  assertThrows(() => pair.tell({ right }), TypeError, "args[0].right cannot be sent as bytes");
  await left.send(5);
  assertEquals(await within(20_000, "an item", right.receive()), 5);
  left.close();
  right.close();
});

/** A batch that came whole, as its parts are laid out. */
async function wholeBatch(): Promise<Uint8Array> {
  using pair = new BytePair();
  pair.tell([new Map([[1, "x".repeat(40_000)]]), new Uint8Array(3), new Error("e"), 5n]);
  await pair.inbox.first(1);
  return pair.carrier.sent[0]!;
}

Deno.test.each<{ what: string; change: (bytes: Uint8Array) => Uint8Array }>([
  { what: "nothing", change: () => new Uint8Array() },
  { what: "half of a batch", change: (bytes) => bytes.slice(0, bytes.length >> 1) },
  { what: "a length of 4 GB", change: (bytes) => (bytes.fill(255, 1, 5), bytes) },
  { what: "a kind that there is not", change: (bytes) => (bytes.fill(9, 0, 1), bytes) },
  { what: "a head that is no JSON", change: (bytes) => (bytes.fill(65, 5, 9), bytes) },
  { what: "noise", change: (bytes) => bytes.map((_, index) => index * 31) },
])("A link over bytes ends with an error when what comes is $what", async ({ change }) => {
  const bytes = change((await wholeBatch()).slice());
  using pair = new BytePair();
  pair.far.arrive(bytes);
  assertInstanceOf(await within(20_000, "the end", pair.broken.promise), Error);
  assertEquals(pair.inbox.values, []);
});

Deno.test("A link over bytes takes in any bytes, or ends with an error", async () => {
  const whole = await wholeBatch();
  const random = seededRandom(11);
  let ended = 0;
  for (let round = 0; round < 300; round++) {
    const bytes = whole.slice();
    // The long text is most of it.
    for (let times = 0; times < 3; times++) {
      const at = Math.floor(random() * 300);
      bytes[random() < 0.5 ? at : bytes.length - 1 - at] = Math.floor(random() * 256);
    }
    using pair = new BytePair();
    void pair.broken.promise.then(() => ended++);
    pair.far.arrive(bytes);
    await Promise.resolve();
  }
  assert(ended > 30, `${ended} ended`);
});

Deno.test("A link whose carrier is lost loses what it sends, and says nothing", async () => {
  using pair = new BytePair();
  pair.tell("before");
  await pair.inbox.first(1);
  pair.carrier.break();
  pair.tell("after");
  pair.tell({ bytes: new Uint8Array(3) });
  pair.left.flush();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(pair.inbox.values, ["before"]);
});

Deno.test("A link whose carrier is lost ends its signals when it is closed, with the reason", async () => {
  using pair = new BytePair();
  pair.tell(new AbortController().signal);
  const [signal] = await pair.inbox.first(1) as [AbortSignal];
  pair.carrier.break();
  const reason = new Error("lost");
  pair.right.close(reason);
  assertStrictEquals(signal.reason, reason);
});
