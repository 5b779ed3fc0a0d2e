import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { capture } from "../../channels/packing/capture.ts";
import { arrive, DESTINATIONS, TO } from "./crossing.ts";
import { BINARY, COLLECTIONS, IDENTITIES, OBJECTS, PRIMITIVES } from "./plain_values.ts";
import { randomValue, seededRandom } from "./random_value.ts";
import { assertSameStructure } from "./same_structure.ts";

const EVERYWHERE = [...PRIMITIVES, ...OBJECTS, ...COLLECTIONS, ...BINARY, ...IDENTITIES]
  .flatMap((row) => DESTINATIONS.map(({ destination }) => ({ ...row, destination })));

Deno.test.each(EVERYWHERE)(
  "capture() and revive() give what structured clone gives ($destination): $what",
  ({ make, destination }) => {
    assertSameStructure(arrive(make(), destination), structuredClone(make()));
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() of everything in one message keeps it apart ($destination)",
  ({ destination }) => {
    const rows = [...PRIMITIVES, ...COLLECTIONS, ...BINARY, ...IDENTITIES];
    const make = () => rows.map((row) => row.make());
    assertSameStructure(arrive(make(), destination), structuredClone(make()));
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() keeps a view that follows the length of its buffer ($destination)",
  ({ destination }) => {
    const view = arrive(new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 })), destination);
    view.buffer.resize(8);
    assertEquals(view.length, 8);
  },
);

Deno.test.each(DESTINATIONS)(
  "capture() shares a SharedArrayBuffer and copies no view of it ($destination)",
  ({ destination }) => {
    const memory = new SharedArrayBuffer(8);
    const [view] = arrive([new Int32Array(memory, 4, 1), memory] as const, destination);
    view[0] = 7;
    assertEquals(new Int32Array(memory)[1], 7);
  },
);

Deno.test.each(DESTINATIONS)("capture() keeps blobs and files ($destination)", async ({
  destination,
}) => {
  const blob = new Blob(["abc"], { type: "text/x" });
  const file = new File(["de"], "name", { lastModified: 5 });
  const [b, f, again] = arrive([blob, file, blob] as const, destination);
  assertEquals([b.constructor, b.type, await b.text()], [Blob, "text/x", "abc"]);
  assertEquals([f.constructor, f.name, f.lastModified, await f.text()], [File, "name", 5, "de"]);
  assertStrictEquals(again, b);
});

Deno.test.each(DESTINATIONS)("capture() copies and does not share ($destination)", ({
  destination,
}) => {
  const value = { list: [1], map: new Map([[1, { a: 1 }]]), bytes: new Uint8Array(2) };
  const copy = arrive(value, destination);
  copy.list.push(2);
  copy.map.get(1)!.a = 2;
  copy.bytes[0] = 9;
  assertEquals(value, { list: [1], map: new Map([[1, { a: 1 }]]), bytes: new Uint8Array(2) });
});

Deno.test("capture() keeps Object.prototype out of the reach of a key __proto__", () => {
  const copy = arrive(JSON.parse('[{"__proto__":{"polluted":1}},{"$":{"__proto__":{"bad":1}}}]'));
  assertEquals([copy[0].polluted, copy[1].$.bad, ({} as { polluted?: unknown }).polluted], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test.each(DESTINATIONS)("capture() sees no later change of the value ($destination)", ({
  destination,
}) => {
  const value = {
    list: [1],
    map: new Map([["a", 1]]),
    date: new Date(1),
    error: new Error("first"),
  };
  const { payload } = capture([value], TO[destination], "message", "args");
  const before = JSON.stringify(payload);
  value.list.push(2);
  value.map.set("b", 2);
  value.date.setTime(2);
  value.error.message = "second";
  assertEquals(JSON.stringify(payload), before);
});

Deno.test.each(
  [4, 100_000].flatMap((byteLength) => DESTINATIONS.map((row) => ({ ...row, byteLength }))),
)("capture() sees no later write to a buffer of $byteLength bytes ($destination)", ({
  destination,
  byteLength,
}) => {
  const bytes = new Uint8Array(byteLength);
  const { attachments } = capture([bytes], TO[destination], "message", "args");
  bytes[0] = 9;
  assertEquals(new Uint8Array(attachments[0] as ArrayBuffer)[0], 0);
});

const GETTER_OWNERS = [
  { what: "an object", place: (object: object) => object },
  { what: "an object with the key $", place: (object: object) => Object.assign(object, { $: 1 }) },
  { what: "a Map's value", place: (object: object) => new Map([[1, object]]) },
  {
    what: "an item of an array with a hole after it",
    place: (object: object) =>
      Object.defineProperty(new Array(2), 0, Object.getOwnPropertyDescriptor(object, "next")!),
  },
];

Deno.test.each(GETTER_OWNERS.flatMap((row) => DESTINATIONS.map((to) => ({ ...row, ...to }))))(
  "capture() takes what a getter gives, evaluated at most twice ($destination): $what",
  ({ place, destination }) => {
    let calls = 0;
    const value = place(
      Object.defineProperty({}, "next", { enumerable: true, get: () => ++calls }),
    );
    const arrived = JSON.stringify(
      arrive([value], destination),
      (_key, item) => item instanceof Map ? [...item] : item,
    );
    assert(calls <= 2 && arrived.includes(String(calls)), `${calls} calls, ${arrived}`);
  },
);

Deno.test("capture() lets the error of a getter through", () => {
  const value = Object.defineProperty({}, "bad", {
    enumerable: true,
    get() {
      throw new RangeError("from the getter");
    },
  });
  assertThrows(() => arrive(value), RangeError, "from the getter");
});

const ROUNDS = 5_000;

Deno.test.each(DESTINATIONS)(
  "capture() and revive() give what structured clone gives, for random values ($destination)",
  ({ destination }) => {
    const seed = Date.now() >>> 0;
    for (let round = 0; round < ROUNDS; round++) {
      const make = () => randomValue(seededRandom(seed + round));
      const note = `(randomValue(seededRandom(${seed + round})))`;
      assertSameStructure(arrive(make(), destination), structuredClone(make()), note);
    }
  },
);

Deno.test("capture() leaves random values as they were", () => {
  const seed = Date.now() >>> 0;
  for (let round = 0; round < 500; round++) {
    const value = randomValue(seededRandom(seed + round));
    const before = structuredClone(value);
    arrive(value, "wire");
    arrive(value, "here");
    assertSameStructure(value, before, `(seed ${seed + round})`);
  }
});
