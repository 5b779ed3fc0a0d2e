import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { registerClass, transfer } from "../../channels/mod.ts";
import { Scratch, toBytes } from "../../channels/message/bytes.ts";
import {
  HANDLE,
  type Handle,
  type HandleReviver,
  type HandleToken,
} from "../../channels/message/handle.ts";
import { decodeStored, isSameStored, type Stored } from "../../channels/message/stored.ts";
import { encodeStored } from "../../channels/packing/stored.ts";
import { ODD_VALUES, portrait } from "../fixtures/odd_values.ts";
import { BINARY, COLLECTIONS, IDENTITIES, OBJECTS, PRIMITIVES, type Row } from "./plain_values.ts";
import { randomValue, seededRandom } from "./random_value.ts";
import { assertSameStructure } from "./same_structure.ts";

/** A reference to a keyed actor. */
class Keyed implements Handle {
  constructor(readonly kind: string, readonly key: string) {}
  [HANDLE](): HandleToken {
    return ["at", this.kind, this.key];
  }
}

const HANDLES = new Map<string, HandleReviver>([
  ["at", ([kind, key]) => new Keyed(kind as string, key as string)],
]);

class Money {
  constructor(readonly cents: bigint) {}
}
registerClass(Money, {
  name: "StoredMoney",
  encode: ({ cents }) => [cents],
  decode: ([cents]) => new Money(cents!),
});
registerClass(class Unwilling {}, {
  name: "StoredUnwilling",
  encode: () => 0,
  decode: () => {
    throw "never";
  },
});

const encode = (value: unknown): Stored => encodeStored(value, "state", "state");
const decode = (stored: Stored): unknown => decodeStored(stored, HANDLES);

function textOf(value: unknown): string {
  const stored = encode(value);
  assert(typeof stored === "string", "these are bytes");
  return stored;
}

/** Bytes as a store may hold them. */
function bytesOf(format: number, ...parts: (string | ArrayBuffer)[]): Uint8Array<ArrayBuffer> {
  const scratch = new Scratch();
  const end = toBytes(parts, scratch, 1);
  scratch.bytes[0] = format;
  return scratch.bytes.slice(0, end);
}

function nested(levels: number, innermost: unknown): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

const DEEP: Row[] = [200, 255, 256, 257, 600, 10_000].map((levels) => ({
  what: `${levels} levels`,
  make: () => nested(levels, ["innermost", undefined]),
}));

Deno.test.each([...PRIMITIVES, ...OBJECTS, ...COLLECTIONS, ...BINARY, ...IDENTITIES])(
  "encodeStored() and decodeStored() give what structured clone gives: $what",
  ({ make }) => assertSameStructure(decode(encode(make())), structuredClone(make())),
);

Deno.test.each([1, 11, 12, 13, 14, 40].map((count) => ({ count })))(
  "encodeStored() and decodeStored() keep one object that comes twice after $count others",
  ({ count }) => {
    const items = Array.from({ length: count }, (_, id) => ({ id }));
    const value = [...items, items.at(-1)];
    assertSameStructure(decode(encode(value)), value);
  },
);

Deno.test.each(DEEP)("encodeStored() and decodeStored() keep $what", ({ make }) => {
  assertSameStructure(decode(encode(make())), make());
});

const ODD = ODD_VALUES.filter(({ what }) => !what.includes("shared memory"));

Deno.test.each(ODD.filter(({ refused }) => refused === undefined))(
  "encodeStored() and decodeStored() keep odd values as they are: $what",
  ({ make, arrives = () => structuredClone(make()) }) => {
    assertEquals(portrait(decode(encode(make()))), portrait(arrives()));
  },
);

Deno.test.each(ODD.filter(({ refused }) => refused !== undefined))(
  "encodeStored() refuses odd values by path, in its own words: $what",
  ({ make, refused }) => {
    const { message } = assertThrows(() => encode(make()), TypeError);
    assert(message.startsWith("Cannot store state: state"), message);
    assert(message.endsWith(refused!), message);
  },
);

Deno.test.each<{ what: string; value: unknown; text: string }>([
  { what: "plain data", value: { items: [1] }, text: '{"items":[1]}' },
  { what: "a text", value: "plain", text: '"plain"' },
  { what: "null", value: null, text: "null" },
  { what: "a key __proto__", value: JSON.parse('{"__proto__":1}'), text: '{"__proto__":1}' },
  { what: "a lone surrogate", value: "\ud800", text: '"\\ud800"' },
  { what: "undefined", value: undefined, text: '{"$":["undefined"]}' },
  {
    what: "what JSON lacks, among plain data",
    value: { since: new Date(0), total: 12n, ratio: NaN, zero: -0 },
    text: '{"since":{"$":["date",0]},"total":{"$":["bigint","12"]},' +
      '"ratio":{"$":["number","NaN"]},"zero":{"$":["number","-0"]}}',
  },
  {
    what: "collections",
    value: [new Map([["a", 1]]), new Set([2])],
    text: '[{"$":["map",["a",1]]},{"$":["set",[2]]}]',
  },
  { what: "a key $", value: { $: 1 }, text: '{"$":["entries",null,["$",1]]}' },
  {
    what: "an instance of a registered class",
    value: new Money(5n),
    text: '{"$":["class","StoredMoney",{"values":[[{"$":["bigint","5"]}]]}]}',
  },
  {
    what: "a reference to a keyed actor",
    value: { owner: new Keyed("user", "42") },
    text: '{"owner":{"$":["handle",["at","user","42"]]}}',
  },
  {
    what: "an error, without its stack",
    value: new RangeError("too far"),
    text:
      '{"$":["error",{"class":"RangeError","name":"RangeError","message":"too far","stack":null,"hidden":0},[]]}',
  },
])("encodeStored() gives readable text: $what", ({ value, text }) => {
  assertEquals(textOf(value), text);
});

Deno.test("encodeStored() keeps long texts, and lists of many numbers, in the text", () => {
  const value = { long: "x".repeat(100_000), numbers: Array.from({ length: 5_000 }, (_, n) => n) };
  assertEquals(textOf(value), JSON.stringify(value));
  const odd = { ...value, date: new Date(1) };
  assert(textOf(odd).includes(JSON.stringify(value).slice(1, -1)));
});

Deno.test("encodeStored() continues deep values in a list", () => {
  const text = textOf(nested(258, "in"));
  assert(text.startsWith('{"$":["whole",{"value":[{"value":['), text.slice(0, 40));
  assert(text.includes('{"$":["deep",0]}'), text);
});

Deno.test("encodeStored() gives bytes for buffers: the version, the text, the buffers as they are", () => {
  const stored = encode({ bytes: new Uint8Array([7, 8, 9]) });
  const text = '{"bytes":{"$":["view","Uint8Array",{"$":["attachment",0,true]},0,3]}}';
  assertEquals(stored, bytesOf(1, text, new Uint8Array([7, 8, 9]).buffer));
});

Deno.test("encodeStored() takes bytes that do not belong to it only", () => {
  const first = encode(new Uint8Array([1, 2])) as Uint8Array;
  const before = [...first];
  encode(new Uint8Array([3, 4, 5]));
  assertEquals([...first], before);
});

Deno.test("encodeStored() detaches what transfer() marks", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const stored = encodeStored([transfer(bytes, [bytes.buffer])], "message", "args");
  assertEquals(bytes.byteLength, 0);
  assertEquals(decode(stored), [new Uint8Array([1, 2, 3])]);
});

Deno.test("encodeStored() of the same gives the same, also after it was read", () => {
  const seed = Date.now() >>> 0;
  for (let round = 0; round < 2_000; round++) {
    const make = () => randomValue(seededRandom(seed + round));
    const stored = encode(make());
    const note = `(randomValue(seededRandom(${seed + round})))`;
    assert(isSameStored(encode(make()), stored), `another one ${note}`);
    const read = decode(stored);
    assertSameStructure(read, make(), note);
    assert(isSameStored(encode(read), stored), `another one once it was read ${note}`);
  }
});

Deno.test.each(ODD.filter(({ refused }) => refused === undefined))(
  "encodeStored() of what was read gives the same: $what",
  ({ make }) => {
    const stored = encode(make());
    assert(isSameStored(encode(decode(stored)), stored));
  },
);

Deno.test("encodeStored() leaves out the stacks of all errors", () => {
  const error = new AggregateError([new Error("in")], "out", { cause: new TypeError("why") });
  const text = textOf({ error, ended: AbortSignal.abort(new Error("over")) });
  assert(!text.includes(".ts") && !text.includes("at "), text);
  const { error: read, ended } = decode(text) as { error: AggregateError; ended: AbortSignal };
  assertInstanceOf(read, AggregateError);
  assertInstanceOf(read.cause, TypeError);
  assertEquals([read.errors[0].message, ended.reason.message], ["in", "over"]);
});

Deno.test("decodeStored() brings instances and keyed references back", () => {
  const [money, ref, again] = decode(
    encode([new Money(7n), ...Array(2).fill(new Keyed("cart", "user:42"))]),
  ) as [Money, Keyed, Keyed];
  assertInstanceOf(money, Money);
  assertEquals([money.cents, ref.kind, ref.key], [7n, "cart", "user:42"]);
  assertStrictEquals(again, ref);
});

Deno.test("decodeStored() gives new values each time", () => {
  const stored = encode({ list: [1], bytes: new Uint8Array(2) });
  const [one, two] = [decode(stored), decode(stored)] as { bytes: Uint8Array }[];
  assertNotStrictEquals(one, two);
  one!.bytes[0] = 9;
  assertEquals([...two!.bytes], [0, 0]);
  assertEquals((decode(stored) as { bytes: Uint8Array }).bytes[0], 0);
});

Deno.test("decodeStored() reads bytes within other bytes", () => {
  const stored = encode([new Float64Array([1.5])]) as Uint8Array<ArrayBuffer>;
  const around = new Uint8Array(stored.length + 3);
  around.set(stored, 3);
  assertEquals(decode(around.subarray(3)), [new Float64Array([1.5])]);
});

Deno.test("encodeStored() refuses a value whose text would be longer than a text can be", () => {
  const large = "x".repeat(2 ** 27);
  for (const value of [Array(5).fill(large), [new Date(0), ...Array(5).fill(large)]]) {
    const { message } = assertThrows(() => encode(value), RangeError);
    assert(message.startsWith("Cannot store state: state is too large: its text has"), message);
  }
});

Deno.test("encodeStored() lets the error of a getter through", () => {
  const value = {
    get bad(): never {
      throw new RangeError("from the getter");
    },
  };
  assertThrows(() => encode(value), RangeError, "from the getter");
});

Deno.test("encodeStored() refuses what comes before a getter that throws", () => {
  const value = {
    bad() {},
    get worse(): never {
      throw new RangeError("from the getter");
    },
  };
  const { message } = assertThrows(() => encode(value), TypeError);
  assertEquals(message, "Cannot store state: state.bad is a function");
});

Deno.test.each<{ what: string; one: Stored | null; other: Stored | null; is: boolean }>([
  { what: "equal texts", one: "1", other: "1", is: true },
  { what: "other texts", one: "1", other: "2", is: false },
  { what: "nothing twice", one: null, other: null, is: true },
  { what: "nothing and a text", one: null, other: "null", is: false },
  { what: "equal bytes", one: bytesOf(1, "a"), other: bytesOf(1, "a"), is: true },
  { what: "other bytes", one: bytesOf(1, "a"), other: bytesOf(1, "b"), is: false },
  { what: "longer bytes", one: bytesOf(1, "a"), other: bytesOf(1, "a", "b"), is: false },
  { what: "a text and bytes", one: "1", other: bytesOf(1, "1"), is: false },
])("isSameStored() of $what is $is", ({ one, other, is }) => {
  assertStrictEquals(isSameStored(one, other), is);
});

const marked = (...marker: unknown[]) => JSON.stringify({ a: { $: marker } });

const HOSTILE: { what: string; stored: Stored }[] = [
  { what: "no JSON", stored: "{" },
  { what: "an empty text", stored: "" },
  { what: "no bytes", stored: new Uint8Array(0) },
  { what: "another format", stored: bytesOf(2, "1") },
  { what: "a head that says 2 GiB", stored: new Uint8Array([1, 1, 128, 0, 0, 0, 65]) },
  { what: "a buffer head that says 4 GiB", stored: new Uint8Array([1, 0, 255, 255, 255, 255]) },
  { what: "a buffer in place of the text", stored: bytesOf(1, new ArrayBuffer(4)) },
  { what: "an unknown marker", stored: marked("import", "https://example.com/x.js") },
  { what: "a marker that is no list", stored: '{"$":1}' },
  { what: "a whole within", stored: marked("whole", 1, [], []) },
  { what: "a whole without its lists", stored: '{"$":["whole",{"$":["undefined"]}]}' },
  { what: "a reference by a name", stored: marked("same", "constructor") },
  { what: "a reference to what is not there", stored: marked("same", 7) },
  { what: "a deep value by a name", stored: marked("deep", "constructor") },
  { what: "a number that is none", stored: marked("number", { valueOf: 1 }) },
  { what: "a bigint that is none", stored: marked("bigint", "1x") },
  { what: "a date that is none", stored: marked("date", {}) },
  { what: "a pattern that is none", stored: marked("regexp", "(", "") },
  { what: "an odd list of entries", stored: marked("map", [1]) },
  { what: "an array of too many holes", stored: marked("entries", 2 ** 40, []) },
  { what: "a view of a number", stored: marked("view", "Uint8Array", 2 ** 31, 0, 2 ** 31) },
  {
    what: "a view without its buffer",
    stored: marked("view", "Uint8Array", { $: ["attachment", 0] }, 0, 1),
  },
  {
    what: "an unknown view",
    stored: bytesOf(
      1,
      marked("view", "constructor", { $: ["attachment", 0] }, 0, 1),
      new ArrayBuffer(1),
    ),
  },
  {
    what: "a view that is longer than its buffer",
    stored: bytesOf(
      1,
      marked("view", "Uint8Array", { $: ["attachment", 0, true] }, 0, 2 ** 31),
      new ArrayBuffer(1),
    ),
  },
  {
    what: "a resizable buffer that is larger than it may be",
    stored: bytesOf(1, '{"$":["whole",1,[],[[0,1]]]}', new ArrayBuffer(2)),
  },
  { what: "a resizable buffer of nothing", stored: '{"$":["whole",1,[],[[0,1]]]}' },
  {
    what: "a buffer that is resizable twice",
    stored: bytesOf(1, '{"$":["whole",1,[],[[0,4],[0,4]]]}', new ArrayBuffer(2)),
  },
  { what: "resizable buffers that are no list", stored: '{"$":["whole",1,[],7]}' },
  { what: "an error without a message", stored: marked("error", { name: "x" }, []) },
  { what: "a class that is not registered", stored: marked("class", "Nobody", [1]) },
  { what: "a class whose data is refused", stored: marked("class", "StoredUnwilling", [1]) },
  { what: "a class without data", stored: marked("class", "StoredMoney", null) },
  { what: "a live signal", stored: marked("signal", 0, null) },
  {
    what: "a live signal by a name",
    stored: marked("class", "StoredMoney", {
      values: [{ $: ["signal", "length", null] }],
      signals: [1],
    }),
  },
  { what: "a relayed signal", stored: marked("handle", ["signal", 0]) },
  { what: "a plain reference", stored: marked("handle", ["ref", "system", 0, 1, null]) },
  {
    what: "the definition of an actor",
    stored: marked("handle", ["actor", { url: "file:///x.ts" }, {}]),
  },
  { what: "shared memory", stored: marked("handle", ["shared.mutex", 0, 0]) },
  { what: "a handle of an odd kind", stored: marked("handle", ["__proto__"]) },
  { what: "a handle without a kind", stored: marked("handle", [{}]) },
  {
    what: "markers in each other without end",
    stored: `${'{"$":["set",['.repeat(50_000)}1${"]]}".repeat(50_000)}`,
  },
];

Deno.test.each(HOSTILE)("decodeStored() refuses what a stranger may have written: $what", ({
  stored,
}) => {
  const { message } = assertThrows(() => decode(stored), TypeError);
  assert(message.startsWith("Cannot read what is stored: "), message);
});

Deno.test("decodeStored() says which class is not registered, and which handle may not come", () => {
  assert(
    assertThrows(() => decode(marked("class", "Nobody", [1])), TypeError).message.startsWith(
      'Cannot read what is stored: class "Nobody" is not registered in this thread',
    ),
  );
  assertEquals(
    assertThrows(() => decode(marked("handle", ["ref", 1])), TypeError).message,
    'Cannot read what is stored: a handle of kind "ref" may not come from outside of the process',
  );
});

Deno.test("decodeStored() leaves prototypes alone", () => {
  const texts = [
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    marked("entries", null, ["__proto__", { polluted: 1 }]),
    marked("error", { class: null, name: "n", message: "m", stack: null, hidden: 0 }, [
      "__proto__",
      { polluted: 1 },
    ]),
  ];
  for (const text of texts) {
    const value = decode(text) as Record<string, { polluted?: unknown }>;
    assertEquals([value.polluted, value.a?.polluted], [undefined, undefined]);
  }
  assertEquals(({} as { polluted?: unknown }).polluted, undefined);
});

Deno.test("decodeStored() imports nothing, whatever modules the text names", () => {
  const text = '{"values":[1],"modules":["file:///nowhere.js"],"x":{"$":["undefined"]}}';
  const value = { values: [1], modules: ["file:///nowhere.js"], x: undefined };
  assertEquals(decode(text), value);
});

Deno.test("decodeStored() of any bytes gives a value or throws a TypeError", () => {
  const random = seededRandom(11);
  const whole = encode([
    new Map<unknown, unknown>([["a", new Date(1)], ["b", [undefined, -0, 5n]]]),
    new Uint16Array([1, 2]),
    new Error("why", { cause: /a/ }),
    new Uint8Array(new ArrayBuffer(2, { maxByteLength: 8 })),
    { $: new Money(1n), list: [1, , 3], ref: new Keyed("a", "b") },
    AbortSignal.abort(1),
  ]) as Uint8Array<ArrayBuffer>;
  let refused = 0;
  for (let round = 0; round < 5_000; round++) {
    const bytes = whole.slice(0, whole.length - (random() < 0.2 ? Math.floor(random() * 40) : 0));
    for (let times = random() * 4; times > 0; times--) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    if (isRefused(bytes)) refused++;
  }
  assert(refused > 500 && refused < 5_000, `${refused} were refused`);
});

const KINDS = [
  "undefined",
  "number",
  "bigint",
  "same",
  "deep",
  "entries",
  "map",
  "set",
  "date",
  "regexp",
]
  .concat([
    "boxed",
    "view",
    "attachment",
    "numbers",
    "error",
    "class",
    "handle",
    "signal",
    "whole",
  ]);
const WORDS = ["at", "constructor", "__proto__", "length", "StoredMoney", "Uint8Array"];
const ATOMS = [
  "1",
  "-1",
  "4294967295",
  "null",
  "true",
  "[]",
  "{}",
  ...WORDS.map((word) => `"${word}"`),
];

/** Text of values, markers and lists in each other, of any kind and with anything in them. */
function randomText(random: () => number, depth: number): string {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)]!;
  const several = () =>
    Array.from({ length: Math.floor(random() * 4) }, () => randomText(random, depth - 1));
  if (depth === 0 || random() < 0.3) return pick(ATOMS);
  if (random() < 0.3) return `[${several()}]`;
  return `{"$":[${[`"${pick(KINDS)}"`, ...several()]}]}`;
}

Deno.test("decodeStored() of any text gives a value or throws a TypeError", () => {
  const random = seededRandom(12);
  let given = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = randomText(random, 5);
    const cut = random() < 0.1 ? Math.floor(random() * text.length) : text.length;
    if (!isRefused(text.slice(0, cut))) given++;
  }
  assert(given > 1_000 && given < 19_000, `${given} were values`);
});

/** Whether a value was refused; fails when it was refused by something else than a `TypeError`, or holds code. */
function isRefused(stored: Stored): boolean {
  try {
    assertHoldsNoCode(decode(stored));
    return false;
  } catch (error) {
    if (!(error instanceof TypeError && error.message.startsWith("Cannot read"))) throw error;
    return true;
  }
}

function assertHoldsNoCode(value: unknown, met = new Set<unknown>()): void {
  assert(typeof value !== "function", "a function");
  if (typeof value !== "object" || value === null || met.has(value)) return;
  met.add(value);
  const parts = value instanceof Map
    ? [...value.keys(), ...value.values()]
    : value instanceof Set
    ? [...value]
    : ArrayBuffer.isView(value)
    ? [value.buffer]
    : Object.values(value);
  for (const part of parts) assertHoldsNoCode(part, met);
}
