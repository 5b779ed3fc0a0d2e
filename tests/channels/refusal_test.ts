import { assert, assertEquals, assertThrows } from "@std/assert";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { arrive, type Destination, DESTINATIONS, TO } from "./crossing.ts";

class Point {
  constructor(readonly x = 0) {}
}
class ListOfPoints extends Array {}

function refusedClass(name: string): string {
  return `is an instance of ${name}, which cannot be copied: send plain data or use registerClass()`;
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(4);
  buffer.transfer();
  return buffer;
}

function detachedView(): Uint8Array {
  const view = new Uint8Array(4);
  view.buffer.transfer();
  return view;
}

function detachedDataView(): DataView {
  const view = new DataView(new ArrayBuffer(1));
  view.buffer.transfer();
  return view;
}

function nested(innermost: unknown, levels: number): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function looped(inside: object): unknown {
  const value: Record<string, unknown> = { a: {} };
  (value.a as Record<string, unknown>).root = value;
  value.map = new Map([[value, value]]);
  return Object.assign(value, inside);
}

interface Refused {
  what: string;
  make: () => unknown;
  says: string;
}

const REFUSED: Refused[] = [
  { what: "a function", make: () => () => 1, says: "args[0] is a function" },
  { what: "a class", make: () => Point, says: "args[0] is a function" },
  { what: "a symbol", make: () => Symbol("s"), says: "args[0] is a symbol" },
  { what: "a registered symbol", make: () => Symbol.iterator, says: "args[0] is a symbol" },
  { what: "a class instance", make: () => new Point(), says: `args[0] ${refusedClass("Point")}` },
  {
    what: "an instance of an unnamed class",
    make: () => new (class {})(),
    says: `args[0] ${refusedClass("an unnamed class")}`,
  },
  {
    what: "a subclass of Array",
    make: () => ListOfPoints.of(1),
    says: `args[0] ${refusedClass("ListOfPoints")}`,
  },
  {
    what: "a subclass of Map",
    make: () => new (class Sub extends Map {})(),
    says: `args[0] ${refusedClass("Sub")}`,
  },
  {
    what: "a subclass of Uint8Array",
    make: () => new (class Bytes extends Uint8Array {})(1),
    says: `args[0] ${refusedClass("Bytes")}`,
  },
  {
    what: "an object without a class",
    make: () => Object.create({ a: 1 }),
    says: "args[0] inherits from an object that is no class: it cannot be copied, send plain data",
  },
  {
    what: "an object whose prototype has no constructor",
    make: () => Object.create(Object.create(null)),
    says: `args[0] ${refusedClass("an unnamed class")}`,
  },
  { what: "a WeakMap", make: () => new WeakMap(), says: `args[0] ${refusedClass("WeakMap")}` },
  { what: "a WeakRef", make: () => new WeakRef({}), says: `args[0] ${refusedClass("WeakRef")}` },
  {
    what: "a boxed symbol",
    make: () => Object(Symbol()),
    says: `args[0] ${refusedClass("Symbol")}`,
  },
  {
    what: "a promise",
    make: () => Promise.resolve(),
    says: "args[0] is a Promise: await it first",
  },
  { what: "a URL", make: () => new URL("http://a/"), says: `args[0] ${refusedClass("URL")}` },
  { what: "a detached buffer", make: detached, says: "args[0] is a detached ArrayBuffer" },
  {
    what: "a view of a detached buffer",
    make: detachedView,
    says: "args[0] is a view of a detached ArrayBuffer",
  },
  {
    what: "a DataView of a detached buffer",
    make: detachedDataView,
    says: "args[0] is a view of a detached ArrayBuffer",
  },
  {
    what: "a function in an object",
    make: () => ({ a: 1, onDone() {} }),
    says: "args[0].onDone is a function",
  },
  {
    what: "a function in arrays",
    make: () => [1, [2, () => 3]],
    says: "args[0][1][1] is a function",
  },
  {
    what: "a function in a sparse array",
    make: () => Object.assign(new Array(9), { 7: () => 1 }),
    says: "args[0][7] is a function",
  },
  {
    what: "a function under a key __proto__",
    make: () => Object.fromEntries([["__proto__", () => 1]]),
    says: "args[0].__proto__ is a function",
  },
  {
    what: "a function under the key $",
    make: () => ({ $: () => 1 }),
    says: "args[0].$ is a function",
  },
  {
    what: "odd keys",
    make: () => ({ "a b": { "": { 'q"': { 1: () => 1 } } } }),
    says: 'args[0]["a b"][""]["q\\""]["1"] is a function',
  },
  {
    what: "keys beyond ASCII",
    make: () => ({ größe: { 名前: () => 1 } }),
    says: "args[0].größe.名前 is a function",
  },
  {
    what: "a value of a Map",
    make: () => new Map([["a", 1], ["b", () => 1]] as never),
    says: 'args[0].get("b") is a function',
  },
  {
    what: "a value of a Map by number",
    make: () => new Map([[7, { f() {} }]]),
    says: "args[0].get(7).f is a function",
  },
  {
    what: "a value of a Map by object",
    make: () => new Map([[{}, Symbol()]]),
    says: "args[0].get(...) is a symbol",
  },
  {
    what: "a key of a Map",
    make: () => new Map([[{ key: new Point() }, 1]]),
    says: `args[0].keys(...).key ${refusedClass("Point")}`,
  },
  {
    what: "a symbol as key of a Map",
    make: () => new Map([[Symbol("s"), 1]]),
    says: "args[0].keys(Symbol(s)) is a symbol",
  },
  {
    what: "a value in a Set",
    make: () => new Set([1, { f: () => 1 }]),
    says: "args[0].values(1).f is a function",
  },
  {
    what: "a buffer in a Set in a Map",
    make: () => new Map([["s", new Set([0, detached()])]]),
    says: 'args[0].get("s").values(1) is a detached ArrayBuffer',
  },
  {
    what: "a culprit after cycles",
    make: () => looped({ bad: () => 1 }),
    says: "args[0].bad is a function",
  },
  {
    what: "a culprit below cycles",
    make: () => looped({ z: [looped({ bad: Symbol() })] }),
    says: "args[0].z[0].bad is a symbol",
  },
  {
    what: "the reason of an aborted signal",
    make: () => ({ s: AbortSignal.abort(new Point()) }),
    says: `args[0].s.reason ${refusedClass("Point")}`,
  },
  {
    what: "a generator",
    make: () => (function* () {})(),
    says: `args[0] ${refusedClass("an unnamed class")}`,
  },
  {
    what: "a MessagePort that is not moved",
    make: () => closedPort(),
    says: `args[0] ${refusedClass("MessagePort")}`,
  },
];

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return port1;
}

function assertRefused(value: unknown, destination: Destination, says: string): void {
  const error = assertThrows(() => capture([value], TO[destination], "message", "args"), TypeError);
  assertEquals(error.message, `Cannot send message: ${says}`);
}

Deno.test.each(REFUSED.flatMap((row) => DESTINATIONS.map((to) => ({ ...row, ...to }))))(
  "capture() refuses by path ($destination): $what",
  ({ make, says, destination }) => assertRefused(make(), destination, says),
);

Deno.test("capture() counts arguments in the path", () => {
  const error = assertThrows(() =>
    capture([1, { a: 1 }, { f() {} }], OVER_LINK, "message", "args")
  );
  assertEquals((error as Error).message, "Cannot send message: args[2].f is a function");
});

Deno.test("capture() names a single value without an index", () => {
  const error = assertThrows(() => capture([{ list: [() => 1] }], OVER_LINK, "reply", "result"));
  assertEquals((error as Error).message, "Cannot send reply: result.list[0] is a function");
});

Deno.test("capture() refuses a single value by its name alone", () => {
  const error = assertThrows(() => capture([() => 1], OVER_LINK, "reply", "result"));
  assertEquals((error as Error).message, "Cannot send reply: result is a function");
});

Deno.test("capture() does not run getters beside the culprit in search of its path", () => {
  const value = {
    a: { bad() {} },
    get later(): never {
      throw new RangeError("from the getter");
    },
  };
  assertRefused(value, "wire", "args[0].a.bad is a function");
});

Deno.test("capture() keeps source code out of the path of a Map's key", () => {
  const error = assertThrows(() => arrive(new Map([[() => "secret", 1]])), TypeError);
  assert(!error.message.includes("secret"), error.message);
});

Deno.test("capture() leaves a buffer attached when a later value is refused", () => {
  const bytes = new Uint8Array(100_000);
  assertThrows(() => arrive([bytes, bytes.buffer, () => 1]), TypeError);
  assertEquals(bytes.byteLength, 100_000);
});

Deno.test("capture() finds a culprit among 100 000 siblings", () => {
  const list: unknown[] = Array.from({ length: 100_000 }, (_, id) => ({ id }));
  list.push(Symbol("last"));
  assertRefused(list, "wire", "args[0][100000] is a symbol");
});

Deno.test.each(DESTINATIONS)("capture() names a culprit below the depth limit ($destination)", ({
  destination,
}) => {
  assertRefused(
    nested({ bad() {} }, 300),
    destination,
    `args...${"[0]".repeat(44)}.bad is a function`,
  );
});
