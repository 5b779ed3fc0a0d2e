/**
 * Values that arrive as structured clone gives them.
 *
 * @module
 */
/** A value to send. */
export interface Row {
  /** What it is. */
  what: string;
  /** Makes it; a new one for each message. */
  make: () => unknown;
}

const { MAX_SAFE_INTEGER, MIN_VALUE, MAX_VALUE, EPSILON } = Number;

/** Scalars. */
export const PRIMITIVES: Row[] = [
  { what: "undefined", make: () => undefined },
  { what: "null", make: () => null },
  { what: "booleans", make: () => [true, false] },
  { what: "NaN and infinities", make: () => [NaN, Infinity, -Infinity] },
  { what: "zeros of both signs", make: () => [0, -0, { a: -0 }] },
  { what: "extreme numbers", make: () => [MAX_SAFE_INTEGER, MIN_VALUE, MAX_VALUE, EPSILON, 1e21] },
  { what: "bigints", make: () => [0n, -1n, 2n ** 200n, -(2n ** 64n)] },
  { what: "lone surrogates", make: () => ["\ud800", "\udfff", "a\udc00b", { "\ud800": "\udbff" }] },
  { what: "control characters", make: () => '\0\u2028\u2029"\\\n\ufeff\u{1f600}' },
  { what: "texts around 32 Ki", make: () => [0, 1, 2].map((n) => "x".repeat(32 * 1024 - 1 + n)) },
  { what: "a long text that is no Latin-1", make: () => "\u20ac\ud800".repeat(40_000) },
  { what: "a long text in many places", make: () => Array(3).fill("long".repeat(10_000)) },
  { what: "a long text as a key", make: () => ({ ["k".repeat(40_000)]: 1 }) },
];

/** Dates, lists, records. */
export const OBJECTS: Row[] = [
  { what: "dates", make: () => [new Date(0), new Date(-1), new Date(8.64e15), new Date(NaN)] },
  {
    what: "regular expressions",
    make: () => [/a/, /[/\]"]\n/dgimsuy, new RegExp(""), new RegExp("\ud83d", "v")],
  },
  {
    what: "boxed primitives",
    make: () => [Object(-0), Object(NaN), Object("text"), Object(""), Object(false), Object(1n)],
  },
  { what: "a boxed long text", make: () => Object("x".repeat(40_000)) },
  { what: "many numbers", make: () => [-0, ...Array(300).keys(), NaN, -Infinity, 0.1, 2 ** 53] },
  {
    what: "many numbers twice",
    make: () => {
      const numbers = [...Array(256).keys()];
      return { numbers, again: [numbers] };
    },
  },
  {
    what: "many numbers with something else among them",
    make: () =>
      [null, "text", 1n, [2]].map((odd) => [...Array(200).keys(), odd, ...Array(99).keys()]),
  },
  {
    what: "many numbers with a hole",
    make: () => {
      const numbers = [...Array(300).keys()];
      delete numbers[150];
      return numbers;
    },
  },
  { what: "empty containers", make: () => [[], {}, new Map(), new Set()] },
  {
    what: "objects with a null prototype",
    make: () => Object.assign(Object.create(null), { a: 1 }),
  },
  { what: "the key $", make: () => ({ $: 1 }) },
  { what: "what looks like a marker", make: () => [{ $: ["undefined"] }, { $: ["same", 0] }] },
  { what: "nested keys $", make: () => ({ $: { $: { $: [new Date(1), undefined] } } }) },
  { what: "the own key __proto__", make: () => JSON.parse('{"__proto__":{"a":1},"b":2}') },
  { what: "the keys __proto__ and $", make: () => JSON.parse('{"$":0,"__proto__":[null],"z":1}') },
  {
    what: "keys of Object.prototype",
    make: () => ({
      constructor: 1,
      toString: 2,
      hasOwnProperty: 3,
      valueOf: 4,
      __defineGetter__: 5,
    }),
  },
  { what: "the keys then and toJSON", make: () => ({ then: 1, toJSON: "text", length: 3 }) },
  { what: "numeric and empty keys", make: () => ({ b: 1, 2: 2, 1: 3, "": 4, "-1": 5, "01": 6 }) },
  { what: "an instance's keys only if enumerable", make: () => hiding() },
  { what: "a hole in an array", make: () => [1, , undefined, 4] },
  { what: "an array of holes", make: () => new Array(5) },
  { what: "holes at both ends", make: () => Object.assign(new Array(4), { 2: [new Array(1)] }) },
  { what: "a huge sparse array", make: () => Object.assign(new Array(1e6), { 999_999: { a: 1 } }) },
  {
    what: "the longest array",
    make: () => Object.assign(new Array(2 ** 32 - 1), { 7: undefined }),
  },
  { what: "a sparse array with many items", make: () => manyWithHole(300_000) },
];

/** Maps and sets. */
export const COLLECTIONS: Row[] = [
  {
    what: "a Map of odd keys and values",
    make: () =>
      new Map<unknown, unknown>([[NaN, -0], [undefined, null], [null, undefined], [1n, "x"]]),
  },
  {
    what: "a Map of objects by objects",
    make: () => new Map<unknown, unknown>([[{ a: 1 }, [1]], [new Date(1), /x/]]),
  },
  {
    what: "a Map of arrays by arrays",
    make: () => new Map<unknown, unknown>([[[[1]], [[2]]], [[], [[]]]]),
  },
  {
    what: "nested Maps",
    make: () => new Map([["a", new Map([["b", new Map([["c", new Set()]])]])]]),
  },
  { what: "a Set of odd values", make: () => new Set([undefined, null, NaN, 0, "", 1n, []]) },
  { what: "a Set of Sets", make: () => new Set([new Set([new Set()]), new Set([[new Set([1])]])]) },
  {
    what: "objects in Sets in Maps",
    make: () => new Map([[new Set([{ $: 1 }]), [{}, new Set()]]]),
  },
];

/** Buffers and views. */
export const BINARY: Row[] = [
  { what: "an ArrayBuffer", make: () => bufferOf(10) },
  { what: "an empty ArrayBuffer", make: () => new ArrayBuffer(0) },
  { what: "an ArrayBuffer of 100 kB", make: () => bufferOf(100_000) },
  {
    what: "typed arrays of each kind",
    make: () => [
      new Int8Array([-128, 127]),
      new Uint8Array([0, 255]),
      new Uint8ClampedArray([0, 255]),
      new Int16Array([-32768, 32767]),
      new Uint16Array([0, 65535]),
      new Int32Array([-(2 ** 31), 2 ** 31 - 1]),
      new Uint32Array([0, 2 ** 32 - 1]),
      new Float16Array([-0, 1.5, NaN]),
      new Float32Array([-0, 1.5, Infinity]),
      new Float64Array([-0, Math.PI, NaN]),
      new BigInt64Array([-(2n ** 63n)]),
      new BigUint64Array([2n ** 64n - 1n]),
    ],
  },
  { what: "empty typed arrays", make: () => [new Uint8Array(), new Float64Array(0)] },
  { what: "a DataView", make: () => new DataView(bufferOf(10), 3, 5) },
  { what: "views that share a buffer", make: () => sharing(bufferOf(16)) },
  {
    what: "the buffer after its view",
    make: () => [new Uint8Array(bufferOf(4))].flatMap((v) => [v, v.buffer]),
  },
  { what: "a resizable buffer", make: () => new ArrayBuffer(4, { maxByteLength: 8 }) },
  {
    what: "a large resizable buffer",
    make: () => new ArrayBuffer(70_000, { maxByteLength: 80_000 }),
  },
  {
    what: "a fixed view on a resizable buffer",
    make: () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }), 1, 2),
  },
];

/** Values that hold an object twice, or themselves. */
export const IDENTITIES: Row[] = [
  {
    what: "an array in itself",
    make: () => filled<unknown[]>([], (array) => array.push(array, [array])),
  },
  {
    what: "an object in itself",
    make: () => filled<Any>({}, (object) => (object.self = { object })),
  },
  {
    what: "an object with the key $ in itself",
    make: () => filled<Any>({ $: 0 }, (o) => (o.self = o)),
  },
  {
    what: "a sparse array in itself",
    make: () => filled<unknown[]>(new Array(3), (a) => (a[1] = [a])),
  },
  {
    what: "a Map in itself, as key and value",
    make: () => filled<AnyMap>(new Map(), (map) => map.set(map, [map]).set(1, map)),
  },
  {
    what: "a Set in itself",
    make: () => filled<Set<unknown>>(new Set(), (s) => s.add([s]).add(s)),
  },
  { what: "a circle of all containers", make: circle },
  { what: "an object twice", make: () => twice({ a: 1 }) },
  { what: "an array twice", make: () => twice([1]) },
  { what: "a date twice", make: () => twice(new Date(1)) },
  { what: "a regular expression twice", make: () => twice(/a/g) },
  { what: "a boxed value twice", make: () => twice(Object("a")) },
  { what: "a Map twice", make: () => twice(new Map([[1, {}]])) },
  { what: "a Set twice", make: () => twice(new Set([{}])) },
  { what: "a buffer twice", make: () => twice(bufferOf(4)) },
  { what: "a view twice", make: () => twice(new Float64Array([1])) },
  { what: "one shared object among 5", make: () => crowd(5) },
  { what: "one shared object among 12", make: () => crowd(12) },
  { what: "one shared object among 13", make: () => crowd(13) },
  { what: "one shared object among 20", make: () => crowd(20) },
  {
    what: "one shared object among 14 with long texts",
    make: () => [crowd(14), "t".repeat(40_000), crowd(3)],
  },
  { what: "equal values that are not the same", make: () => [{ a: 1 }, { a: 1 }, [], []] },
];

// deno-lint-ignore no-explicit-any -- test values of any shape
type Any = any;
type AnyMap = Map<unknown, unknown>;

function hiding(): object {
  const object = { seen: 1, [Symbol("dropped")]: 2 };
  return Object.defineProperty(object, "hidden", { value: 3, enumerable: false });
}

function manyWithHole(length: number): unknown[] {
  const array: unknown[] = Array.from({ length }, (_, id) => ({ id }));
  delete array[1];
  return array;
}

/** A buffer with something in it. */
export function bufferOf(byteLength: number): ArrayBuffer {
  return Uint8Array.from({ length: byteLength }, (_, index) => index * 7).buffer;
}

function sharing(buffer: ArrayBuffer): unknown[] {
  return [
    new Uint8Array(buffer, 1, 3),
    { whole: new Uint16Array(buffer) },
    new DataView(buffer, 8),
    buffer,
    new Uint8Array(buffer, 16),
  ];
}

function filled<T>(container: T, fill: (container: T) => unknown): T {
  fill(container);
  return container;
}

function circle(): unknown {
  const map: AnyMap = new Map();
  const start = { $: [new Set([map])] as unknown[], __proto__: null };
  map.set(start.$, Object.assign(new Array(3), { 1: start }));
  return start;
}

function twice(value: object): unknown {
  return [value, { again: value }, new Map<unknown, unknown>([[value, [value]]]), new Set([value])];
}

function crowd(count: number): unknown {
  const shared = { shared: true };
  const objects = Array.from({ length: count }, (_, id) => ({ id }));
  return [objects[0], shared, ...objects, { shared }, objects.at(-1), objects];
}
