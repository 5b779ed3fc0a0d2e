import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  ActorStoppedError,
  DeadlockError,
  DefinitionError,
  MailboxFullError,
  NameTakenError,
} from "../../actors/vocabulary/errors.ts";
import { StoreError, StoreInUseError } from "../../actors/vocabulary/store_errors.ts";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { HostLostError, RemoteError } from "../../channels/mod.ts";
import { arrive, cross, DESTINATIONS, WorkerLink } from "./crossing.ts";

// deno-lint-ignore no-explicit-any -- only compared
type ErrorClass = abstract new (...args: any[]) => Error;

interface Known {
  name: string;
  class: ErrorClass;
  make: () => Error;
  fields: Record<string, unknown>;
}

const BUILT_IN = [
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
].map((errorClass) => ({
  name: errorClass.name,
  class: errorClass,
  make: () => new errorClass("what happened"),
  fields: {},
}));

const DENO_ERRORS = Object.entries(Deno.errors).map(([name, errorClass]) => ({
  name: `Deno.errors.${name}`,
  class: errorClass,
  make: () => new errorClass("what happened"),
  fields: {},
}));

const KNOWN: Known[] = [
  ...BUILT_IN,
  ...DENO_ERRORS,
  {
    name: "AggregateError",
    class: AggregateError,
    make: () => new AggregateError([1, "two"], "many"),
    fields: { errors: [1, "two"] },
  },
  {
    name: "DOMException",
    class: DOMException,
    make: () => new DOMException("too late", "TimeoutError"),
    fields: { code: 23 },
  },
  {
    name: "HostLostError",
    class: HostLostError,
    make: () => new HostLostError(3, { cause: "why" }),
    fields: { host: 3, cause: "why" },
  },
  {
    name: "ActorStoppedError",
    class: ActorStoppedError,
    make: () => new ActorStoppedError("db", 'ask "get"', { cause: "why" }),
    fields: { actor: "db", what: "actor", cause: "why" },
  },
  {
    name: "MailboxFullError",
    class: MailboxFullError,
    make: () => new MailboxFullError("db", 10, 'ask "get"'),
    fields: { actor: "db", capacity: 10 },
  },
  {
    name: "StoreError",
    class: StoreError,
    make: () => new StoreError("Cannot open", "shop.db", "full", { cause: "why" }),
    fields: { file: "shop.db", reason: "full", cause: "why" },
  },
  {
    name: "StoreInUseError",
    class: StoreInUseError,
    make: () => new StoreInUseError("shop.db", 5),
    fields: { file: "shop.db", waitMs: 5 },
  },
  {
    name: "DeadlockError",
    class: DeadlockError,
    make: () => new DeadlockError(["a.x", "b.y"]),
    fields: { circle: ["a.x", "b.y"] },
  },
  {
    name: "NameTakenError",
    class: NameTakenError,
    make: () => new NameTakenError("db"),
    fields: { taken: "db" },
  },
  {
    name: "DefinitionError",
    class: DefinitionError,
    make: () => new DefinitionError("no definition"),
    fields: {},
  },
];

function fieldsOf(error: Error, fields: Record<string, unknown>): Record<string, unknown> {
  const values = error as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.keys(fields).map((key) => [key, values[key]]));
}

Deno.test.each(KNOWN)("$name crosses a channel as itself", async ({
  class: errorClass,
  make,
  fields,
}) => {
  const error = make();
  const arrived = await cross(error);
  assert(arrived !== error);
  assertStrictEquals(Object.getPrototypeOf(arrived), errorClass.prototype);
  assertEquals([arrived.name, arrived.message], [error.name, error.message]);
  assertEquals(fieldsOf(arrived, fields), fields);
});

Deno.test.each(KNOWN)("$name crosses to another actor of the same thread as itself", ({
  class: errorClass,
  make,
  fields,
}) => {
  const error = make();
  const arrived = arrive(error, "here");
  assert(arrived !== error);
  assertStrictEquals(Object.getPrototypeOf(arrived), errorClass.prototype);
  assertEquals([arrived.name, arrived.message], [error.name, error.message]);
  assertEquals(fieldsOf(arrived, fields), fields);
});

Deno.test.each(KNOWN)("$name keeps its stack and its own keys", async ({ make }) => {
  const error = make();
  const arrived = await cross(error);
  assertEquals(arrived.stack, error.stack);
  // A class that keeps its name in an own field shows it in any other way too.
  const keys = (keysOf: Error) => Object.keys(keysOf).filter((key) => key !== "name");
  assertEquals(keys(arrived), keys(error));
});

Deno.test.each(KNOWN)("$name is printed the same after it has crossed", async ({ make }) => {
  const error = make();
  assertEquals(String(await cross(error)), String(error));
});

Deno.test("every error class comes back from a worker as itself", async () => {
  const url = new URL("../fixtures/channel_echo.ts", import.meta.url);
  using worker = new WorkerLink(new Worker(url, { type: "module" }));
  const errors = await worker.exchange(...KNOWN.map(({ make }) => make())) as Error[];
  for (const [index, { class: errorClass, make, fields }] of KNOWN.entries()) {
    const error = errors[index]!;
    assertStrictEquals(Object.getPrototypeOf(error), errorClass.prototype);
    assertEquals([error.name, error.message], [make().name, make().message]);
    assertEquals(fieldsOf(error, fields), fields);
  }
});

const MADE_THERE = [
  { name: "Error", class: Error, fields: { message: "plain" } },
  { name: "TypeError", class: TypeError, fields: { message: "bad type" } },
  { name: "RangeError", class: RangeError, fields: { message: "bad range" } },
  { name: "SyntaxError", class: SyntaxError, fields: { message: "bad syntax" } },
  { name: "ReferenceError", class: ReferenceError, fields: { message: "bad reference" } },
  { name: "EvalError", class: EvalError, fields: { message: "bad eval" } },
  { name: "URIError", class: URIError, fields: { message: "bad URI" } },
  { name: "AggregateError", class: AggregateError, fields: { message: "many" } },
  { name: "DOMException", class: DOMException, fields: { name: "TimeoutError", code: 23 } },
  { name: "NotFound", class: Deno.errors.NotFound, fields: { message: "no such file" } },
  { name: "RemoteError", class: RemoteError, fields: { message: "from afar" } },
  { name: "HostLostError", class: HostLostError, fields: { host: 3 } },
  {
    name: "ActorStoppedError",
    class: ActorStoppedError,
    fields: { actor: "db", what: "actor", cause: "stopped" },
  },
  { name: "MailboxFullError", class: MailboxFullError, fields: { actor: "db", capacity: 10 } },
  { name: "DeadlockError", class: DeadlockError, fields: { circle: ["a.x", "b.y"] } },
  { name: "NameTakenError", class: NameTakenError, fields: { taken: "db" } },
  { name: "DefinitionError", class: DefinitionError, fields: { name: "DefinitionError" } },
  {
    name: "QuotaError",
    class: RemoteError,
    fields: {
      name: "QuotaError",
      message: "Used 5 bytes",
      used: { bytes: 5 },
      limits: new Map([["disk", 9n]]),
    },
  },
];

Deno.test("errors made in a worker arrive with class, fields and the stack of that thread", async () => {
  const url = new URL("../fixtures/channel_errors.ts", import.meta.url);
  using worker = new WorkerLink(new Worker(url, { type: "module" }));
  const errors = await worker.exchange(...MADE_THERE.map(({ name }) => name)) as Error[];
  for (const [index, { class: errorClass, fields }] of MADE_THERE.entries()) {
    const error = errors[index]!;
    assertStrictEquals(Object.getPrototypeOf(error), errorClass.prototype);
    assertEquals(fieldsOf(error, fields), fields);
    assert(error.stack!.includes("channel_errors.ts"), error.stack);
  }
});

Deno.test("AggregateError keeps its errors and hides them from enumeration", async () => {
  const inner = new AggregateError([new RangeError("deep")], "inner");
  const arrived = await cross(new AggregateError([new TypeError("one"), inner], "outer"));
  const [one, second] = arrived.errors as [Error, AggregateError];
  assertInstanceOf(one, TypeError);
  assertInstanceOf(second.errors[0], RangeError);
  assertEquals(Object.keys(arrived), []);
});

Deno.test("DOMException keeps any name", async () => {
  const names = ["AbortError", "DataCloneError", "Home-made", ""];
  const arrived = await cross(names.map((name) => new DOMException("message", name)));
  assertEquals(arrived.map(({ name }) => name), names);
});

Deno.test("an error keeps its cause, hidden from enumeration", async () => {
  const arrived = await cross(new Error("outer", { cause: new RangeError("inner") }));
  assertInstanceOf(arrived.cause, RangeError);
  assertEquals([arrived.cause.message, Object.keys(arrived)], ["inner", []]);
});

Deno.test("an error keeps a cause that is undefined apart from none", async () => {
  const [one, other] = await cross([new Error("", { cause: undefined }), new Error("")] as const);
  assertEquals([Object.hasOwn(one, "cause"), Object.hasOwn(other, "cause")], [true, false]);
});

const CAUSES: { what: string; cause: unknown }[] = [
  { what: "a text", cause: "text" },
  { what: "null", cause: null },
  { what: "NaN", cause: NaN },
  { what: "an object", cause: { code: 1, when: new Date(1) } },
  { what: "a Map", cause: new Map([[1n, new Set(["a"])]]) },
  { what: "bytes", cause: new Uint8Array([1, 2]) },
];

Deno.test.each(CAUSES)("an error keeps a cause that is $what", async ({ cause }) => {
  assertEquals((await cross(new Error("", { cause }))).cause, structuredClone(cause));
});

Deno.test.each(DESTINATIONS)("an error keeps 1000 causes ($destination)", ({ destination }) => {
  let error = new Error("level 0");
  for (let level = 1; level <= 1000; level++) error = new Error(`level ${level}`, { cause: error });
  let arrived: unknown = arrive(error, destination);
  for (let level = 1000; level >= 0; level--) {
    assertInstanceOf(arrived, Error);
    assertEquals(arrived.message, `level ${level}`);
    arrived = arrived.cause;
  }
  assertEquals(arrived, undefined);
});

Deno.test.each(DESTINATIONS)("an error with 10 000 causes keeps its own message ($destination)", ({
  destination,
}) => {
  let error = new Error("level 0");
  for (let level = 1; level <= 10_000; level++) {
    error = new Error(`level ${level}`, { cause: error });
  }
  assertEquals(arrive(error, destination).message, "level 10000");
});

Deno.test.each(DESTINATIONS)("an error that is its own cause crosses ($destination)", ({
  destination,
}) => {
  const error = Object.assign(new RangeError("circle"), { code: 5 });
  error.cause = error;
  const arrived = arrive(error, destination);
  assertInstanceOf(arrived, RangeError);
  assertEquals([arrived.message, arrived.code], ["circle", 5]);
});

Deno.test.each(DESTINATIONS)("errors that are each other's cause cross ($destination)", ({
  destination,
}) => {
  const first = new Error("first");
  first.cause = new TypeError("second", { cause: new RangeError("third", { cause: first }) });
  const second = arrive(first, destination).cause;
  assertInstanceOf(second, TypeError);
  assertInstanceOf(second.cause, RangeError);
  assertEquals([second.message, second.cause.message], ["second", "third"]);
});

/** Length of the text that crosses, in characters. */
function textLength(error: Error): number {
  return JSON.stringify(capture([error], OVER_LINK, "error", "error").payload).length;
}

Deno.test("errors that know all others cross in a short time", () => {
  const errors = Array.from({ length: 12 }, (_, id) => new AggregateError([], `error ${id}`));
  for (const error of errors) error.errors = errors;
  const start = performance.now();
  textLength(errors[0]!);
  const took = performance.now() - start;
  assert(took < 500, `took ${took} ms`);
});

Deno.test("errors that are reached over many ways take little more than themselves", () => {
  let error: Error = new Error("level 0");
  for (let level = 1; level <= 10; level++) {
    const [a, b] = [new Error("a", { cause: error }), new Error("b", { cause: error })];
    error = new AggregateError([a, b], `level ${level}`);
  }
  const alone = textLength(new Error("level 0"));
  assert(
    textLength(error) < 20 * 31 * alone,
    `${textLength(error)} characters, one alone ${alone}`,
  );
});

class HttpError extends Error {
  override name = "HttpError";
  constructor(readonly status: number, readonly request: { url: string }) {
    super(`HTTP ${status} for ${request.url}`);
  }
}

Deno.test.each(DESTINATIONS)(
  "an error of an unknown class arrives as RemoteError ($destination)",
  ({
    destination,
  }) => {
    const error = new HttpError(404, { url: "/x" });
    error.cause = new TypeError("why");
    const arrived: Error = arrive<Error>(error, destination);
    assertInstanceOf(arrived, RemoteError);
    assertEquals([arrived.name, arrived.message], ["HttpError", "HTTP 404 for /x"]);
    assertEquals(arrived.stack, error.stack);
    assertInstanceOf(arrived.cause, TypeError);
    assertEquals(fieldsOf(arrived, { status: 0, request: 0 }), {
      status: 404,
      request: { url: "/x" },
    });
  },
);

Deno.test("an error of an unknown class is not the class that it extends", async () => {
  class TooSmall extends RangeError {}
  const arrived: Error = await cross<Error>(new TooSmall("1"));
  assertStrictEquals(Object.getPrototypeOf(arrived), RemoteError.prototype);
});

Deno.test("RemoteError crosses again with the name of the original", async () => {
  const once: Error = await cross<Error>(new HttpError(404, { url: "/x" }));
  const again = await cross(once);
  assertInstanceOf(again, RemoteError);
  assertEquals([again.name, again.message, again.stack], [once.name, once.message, once.stack]);
  assertEquals(fieldsOf(again, { status: 0 }), { status: 404 });
});

Deno.test.each(DESTINATIONS)("an error keeps fields that are no plain data ($destination)", ({
  destination,
}) => {
  const fields = {
    code: "E1",
    when: new Date(1),
    map: new Map([[1, { a: undefined }]]),
    bytes: new Uint8Array([1]),
    $: NaN,
    count: 12n,
    nothing: undefined,
  };
  const arrived = arrive(Object.assign(new Error("with fields"), fields), destination);
  assertEquals({ ...arrived }, fields);
});

Deno.test("an error keeps a message that was changed and a name that was given", async () => {
  const error = new TypeError("before");
  error.message = "after";
  error.name = "Special";
  const arrived = await cross(error);
  assertEquals([arrived.name, arrived.message], ["Special", "after"]);
  assertInstanceOf(arrived, TypeError);
});

Deno.test("an error whose stack is no text crosses", async () => {
  const error = new Error("no stack");
  Object.defineProperty(error, "stack", { value: 7 });
  assertEquals((await cross(error)).message, "no stack");
});

class Socket {
  readonly open = true;
}

const REPLACED: { what: string; make: () => unknown; text: string }[] = [
  { what: "a function", make: () => () => 1, text: "[function]" },
  { what: "a symbol", make: () => Symbol("s"), text: "[symbol]" },
  { what: "a class instance", make: () => new Socket(), text: "[object]" },
  { what: "a function deep inside", make: () => ({ list: [{ f() {} }] }), text: "[object]" },
  { what: "a promise", make: () => Promise.resolve(), text: "[object]" },
  { what: "a Map of instances", make: () => new Map([[1, new Socket()]]), text: "[object]" },
  { what: "a detached buffer", make: detached, text: "[object]" },
];

function nested(innermost: unknown, levels: number): unknown {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

Deno.test("an error's field with a function 300 levels down crosses down to the depth limit", async () => {
  const error = Object.assign(new TypeError("it failed"), { field: nested(() => 1, 300), code: 5 });
  const arrived = await cross(error);
  assertInstanceOf(arrived, TypeError);
  assertEquals([arrived.message, arrived.code], ["it failed", 5]);
  assertEquals(JSON.stringify(arrived.field).replaceAll(/[[\]"]/g, ""), "...");
});

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(4);
  buffer.transfer();
  return buffer;
}

Deno.test.each(REPLACED.flatMap((row) => DESTINATIONS.map((to) => ({ ...row, ...to }))))(
  "an error's field that is $what becomes a text, the rest stays ($destination)",
  ({ make, text, destination }) => {
    const bytes = new Uint8Array([1, 2, 3]);
    const fields = { before: { a: NaN }, field: make(), bytes, after: new Date(1) };
    const cause = new RangeError("why");
    const error = Object.assign(new TypeError("it failed", { cause }), fields);
    const arrived = arrive(error, destination);
    assertEquals({ ...arrived }, { ...fields, field: text, bytes: new Uint8Array([1, 2, 3]) });
    assertInstanceOf(arrived, TypeError);
    assertInstanceOf(arrived.cause, RangeError);
  },
);

Deno.test("an error's cause that cannot cross becomes a text", async () => {
  const arrived = await cross(new Error("it failed", { cause: new Socket() }));
  assertEquals([arrived.message, arrived.cause], ["it failed", "[object]"]);
});

Deno.test("AggregateError keeps its place in a message when one of its errors cannot cross", async () => {
  const arrived = await cross(new AggregateError([new TypeError("one"), () => 1], "many"));
  assertInstanceOf(arrived, AggregateError);
  assertEquals(arrived.message, "many");
});

Deno.test("AggregateError keeps the errors beside one that cannot cross", async () => {
  const arrived = await cross(new AggregateError([new TypeError("one"), () => 1], "many"));
  assertInstanceOf(arrived.errors[0], TypeError);
});

Deno.test("a field that cannot cross spoils only the error that has it", async () => {
  const cause = Object.assign(new RangeError("inner"), { retry() {}, code: 7 });
  const arrived = await cross(new TypeError("outer", { cause }));
  assertInstanceOf(arrived.cause, RangeError);
  assertEquals({ ...arrived.cause }, { retry: "[function]", code: 7 });
});

Deno.test.each(DESTINATIONS)(
  "an error's getter that throws becomes a text, the rest stays ($destination)",
  ({
    destination,
  }) => {
    const error = Object.assign(new TypeError("it failed"), { code: 5 });
    Object.defineProperty(error, "broken", {
      enumerable: true,
      get() {
        throw new RangeError("from the getter");
      },
    });
    const arrived = arrive(error, destination);
    assertInstanceOf(arrived, TypeError);
    assertEquals([arrived.message, arrived.code], ["it failed", 5]);
    assertEquals(typeof (arrived as { broken?: unknown }).broken, "string");
  },
);

Deno.test("an error's getter deep inside a field that throws becomes a text", async () => {
  const trap = Object.defineProperty({}, "broken", {
    enumerable: true,
    get() {
      throw new RangeError("from the getter");
    },
  });
  const arrived = await cross(Object.assign(new TypeError("it failed"), { trap, code: 5 }));
  assertEquals([arrived.message, arrived.code], ["it failed", 5]);
});

const ODD_TEXTS: { what: string; key: "name" | "message" | "stack" }[] = [
  { what: "name", key: "name" },
  { what: "message", key: "message" },
  { what: "stack", key: "stack" },
];

Deno.test.each(ODD_TEXTS)(
  "an error whose $what throws when read still crosses",
  async ({ key }) => {
    const error = Object.assign(new TypeError("it failed"), { code: 5 });
    Object.defineProperty(error, key, {
      get() {
        throw new RangeError("from the getter");
      },
    });
    const arrived = await cross(error);
    assertInstanceOf(arrived, TypeError);
    assertEquals(arrived.code, 5);
  },
);

Deno.test.each(ODD_TEXTS)("an error whose $what is a symbol still crosses", async ({ key }) => {
  const error = Object.assign(new TypeError("it failed"), { code: 5 });
  Object.defineProperty(error, key, { value: Symbol("odd") });
  assertEquals((await cross(error)).code, 5);
});

Deno.test.each(DESTINATIONS)("an error that occurs twice stays one object ($destination)", ({
  destination,
}) => {
  const error = new Error("twice");
  const [first, { again }] = arrive([error, { again: error }] as const, destination);
  assertStrictEquals(again, first);
});

Deno.test.each(DESTINATIONS)("references after an error are kept ($destination)", ({
  destination,
}) => {
  const shared = { shared: true };
  const error = Object.assign(new Error("", { cause: [{}, {}] }), { f() {}, list: [[]] });
  const [, first, second] = arrive([error, shared, shared] as const, destination);
  assertEquals(first, shared);
  assertStrictEquals(second, first);
});

Deno.test.each([3, 20].flatMap((count) => DESTINATIONS.map((to) => ({ ...to, count }))))(
  "references after a field that was given up with $count objects are kept ($destination)",
  ({ count, destination }) => {
    const shared = { shared: true };
    const field = [Array.from({ length: count }, (_, id) => ({ id })), shared, () => 1];
    const error = Object.assign(new Error(""), { field, kept: { shared } });
    const [arrived, first, list] = arrive(
      [error, shared, [{}, shared, field[0]]] as const,
      destination,
    );
    assertEquals([arrived.field as unknown, first], ["[object]", shared]);
    assertStrictEquals(arrived.kept.shared, first);
    assertStrictEquals(list[1], first);
    assertEquals((list[2] as unknown[]).length, count);
  },
);

Deno.test("an error's buffers arrive beside those of the message", async () => {
  const error = Object.assign(new Error(""), { bytes: new Uint8Array([2]), retry() {} });
  const [before, arrived, after] = await cross(
    [new Uint8Array([1]), error, new Uint8Array([3])] as const,
  );
  assertEquals([before[0], arrived.bytes[0], after[0]], [1, 2, 3]);
});

Deno.test("an error is not changed by being sent", async () => {
  const error = Object.assign(new Error("same", { cause: () => 1 }), { retry() {}, list: [1] });
  const { retry, list, cause, stack } = error;
  await cross(error);
  assertStrictEquals(error.retry, retry);
  assertStrictEquals(error.list, list);
  assertEquals([error.cause, error.stack], [cause, stack]);
});

const NON_ERRORS: unknown[] = [undefined, null, 0, "text", 1n, { message: "like an error" }, [1]];

Deno.test.each(NON_ERRORS.map((thrown) => ({ thrown, what: Deno.inspect(thrown) })))(
  "what was thrown and is no error arrives as it is: $what",
  async ({ thrown }) => {
    assertEquals(await cross(thrown), thrown);
  },
);

Deno.test("an object that only inherits from Error.prototype crosses", async () => {
  const odd = Object.assign(Object.create(Error.prototype), { message: "odd", code: 1 });
  const arrived = await cross(odd);
  assertInstanceOf(arrived, Error);
  assertEquals(arrived.message, "odd");
});
