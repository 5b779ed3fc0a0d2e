import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { registerClass, RemoteError } from "../../channels/mod.ts";
import { arrive, cross, DESTINATIONS, WorkerLink } from "./crossing.ts";
import { assertSameStructure } from "./same_structure.ts";

class Money {
  constructor(readonly cents: bigint, readonly currency: string) {}
  toString(): string {
    return `${this.cents} ${this.currency}`;
  }
}
registerClass(Money, {
  name: "ClassMoney",
  encode: ({ cents, currency }) => [cents, currency] as const,
  decode: ([cents, currency]) => new Money(cents, currency),
});

class Box<T = unknown> {
  constructor(public content: T) {}
}
registerClass(Box, {
  name: "ClassBox",
  encode: ({ content }) => ({ content }),
  decode: ({ content }) => new Box(content),
});

class Precious extends Box {}

Deno.test.each(DESTINATIONS)("registerClass() lets an instance arrive as one ($destination)", ({
  destination,
}) => {
  const arrived = arrive(new Money(995n, "EUR"), destination);
  assertInstanceOf(arrived, Money);
  assertEquals(String(arrived), "995 EUR");
});

Deno.test("registerClass() lets an instance cross a channel", async () => {
  const [money, map] = await cross(
    [new Money(1n, "a"), new Map([["b", new Money(2n, "b")]])] as const,
  );
  assertEquals([String(money), String(map.get("b"))], ["1 a", "2 b"]);
});

Deno.test.each(DESTINATIONS)("registerClass() makes a new instance ($destination)", ({
  destination,
}) => {
  const box = new Box([1]);
  const arrived = arrive(box, destination);
  assert(arrived !== box && arrived.content !== box.content);
});

Deno.test.each(DESTINATIONS)(
  "registerClass() takes anything that can be sent as data ($destination)",
  ({
    destination,
  }) => {
    const content = [
      undefined,
      NaN,
      new Date(1),
      new Map([[{}, new Set([1n])]]),
      new Uint8Array([1]),
    ];
    assertSameStructure(arrive(new Box(content), destination).content, structuredClone(content));
  },
);

Deno.test.each(DESTINATIONS)("registerClass() keeps cycles inside the data ($destination)", ({
  destination,
}) => {
  const content: unknown[] = [];
  content.push(content, { content });
  assertSameStructure(arrive(new Box(content), destination).content, content);
});

Deno.test.each(DESTINATIONS)(
  "registerClass() nests instances ($destination)",
  ({ destination }) => {
    const arrived = arrive(
      new Box([new Box(new Money(1n, "x")), new Set([new Box(2)])]),
      destination,
    );
    const [box, set] = arrived.content as unknown as [Box<Money>, Set<Box>];
    assertEquals([String(box.content), [...set][0]!.content], ["1 x", 2]);
    assertInstanceOf(box, Box);
  },
);

Deno.test.each(DESTINATIONS)("registerClass() takes 100 nested instances ($destination)", ({
  destination,
}) => {
  let value: unknown = "innermost";
  for (let level = 0; level < 100; level++) value = new Box(value);
  let arrived = arrive(value, destination);
  for (let level = 0; level < 100; level++) arrived = (arrived as Box).content;
  assertEquals(arrived, "innermost");
});

Deno.test("registerClass() refuses endless nesting instead of crashing", () => {
  let value: unknown = "innermost";
  for (let level = 0; level < 100_000; level++) value = new Box(value);
  assertThrows(() => arrive(value), TypeError, "is nested too deeply");
});

Deno.test.each(DESTINATIONS)(
  "registerClass() keeps an instance that occurs twice one object ($destination)",
  ({
    destination,
  }) => {
    const box = new Box(1);
    const [first, { again }, map] = arrive(
      [box, { again: box }, new Map([[box, box]])] as const,
      destination,
    );
    assertStrictEquals(again, first);
    assertStrictEquals(map.get(first), first);
  },
);

Deno.test.each(DESTINATIONS)(
  "registerClass() keeps references to objects that come after an instance ($destination)",
  ({ destination }) => {
    const shared = { shared: true };
    const value = { box: new Box({ nested: [{}] }), shared, list: [shared, new Box(1), shared] };
    const arrived = arrive(value, destination);
    assertEquals(arrived.shared, shared);
    assertStrictEquals(arrived.list[0], arrived.shared);
    assertStrictEquals(arrived.list[2], arrived.shared);
  },
);

Deno.test.each(DESTINATIONS)(
  "registerClass() refuses an instance that holds itself ($destination)",
  ({
    destination,
  }) => {
    const box = new Box<unknown>(null);
    box.content = { list: [box] };
    const error = assertThrows(() => arrive({ box }, destination), TypeError);
    assertEquals(error.message, "Cannot send message: args[0].box is part of what it holds itself");
  },
);

Deno.test.each(DESTINATIONS)(
  "registerClass() refuses instances that hold each other ($destination)",
  ({
    destination,
  }) => {
    const one = new Box<unknown>(null);
    one.content = new Box(one);
    assertThrows(() => arrive(one, destination), TypeError, "is part of what it holds itself");
  },
);

Deno.test("registerClass() does not cover subclasses", () => {
  const error = assertThrows(() => arrive({ a: new Precious(1) }), TypeError);
  assertEquals(
    error.message,
    "Cannot send message: args[0].a is an instance of Precious, " +
      "which cannot be copied: send plain data or use registerClass()",
  );
});

Deno.test("registerClass() refuses data that cannot cross, by the path of the instance", () => {
  class Secretive {
    encoded = { callback() {} };
  }
  registerClass(Secretive, {
    name: "ClassSecretive",
    encode: ({ encoded }) => ({ hidden: encoded.callback }),
    decode: () => new Secretive(),
  });
  const error = assertThrows(() => arrive([1, new Secretive()]), TypeError);
  assert(error.message.startsWith("Cannot send message: args[0][1]"), error.message);
});

Deno.test("registerClass() refuses data made by encode, by the path of the instance", () => {
  class Fresh {}
  registerClass(Fresh, { name: "ClassFresh", encode: () => [() => 1], decode: () => new Fresh() });
  const error = assertThrows(() => arrive({ deep: [new Fresh()] }), TypeError);
  assert(error.message.startsWith("Cannot send message: args[0].deep[0]"), error.message);
});

Deno.test("registerClass() lets an error of encode through to the sender", () => {
  class Failing {}
  registerClass(Failing, {
    name: "ClassFailing",
    encode: () => {
      throw new RangeError("from encode");
    },
    decode: () => new Failing(),
  });
  assertThrows(() => arrive(new Failing()), RangeError, "from encode");
});

Deno.test("registerClass() refuses a name that another class has", () => {
  class Other {}
  const codec = { name: "ClassBox", encode: () => 1, decode: () => new Other() };
  const error = assertThrows(() => registerClass(Other, codec), TypeError);
  assertEquals(error.message, 'Cannot register class: the name "ClassBox" is taken');
});

Deno.test("registerClass() leaves a class alone whose name was refused", () => {
  class Other {}
  const codec = { name: "ClassMoney", encode: () => 1, decode: () => new Other() };
  assertThrows(() => registerClass(Other, codec), TypeError);
  assertThrows(() => arrive(new Other()), TypeError, "is an instance of Other");
  assertInstanceOf(arrive(new Money(1n, "x")), Money);
});

Deno.test("registerClass() may be called again for the same class", () => {
  class Again {}
  for (const version of [1, 2]) {
    registerClass(Again, {
      name: "ClassAgain",
      encode: () => version,
      decode: (data) => Object.assign(new Again(), { data }),
    });
  }
  assertEquals((arrive(new Again()) as { data?: number }).data, 2);
});

Deno.test("registerClass() takes a subclass of a built-in class", () => {
  class Bytes extends Uint8Array {}
  registerClass(Bytes, {
    name: "ClassBytes",
    encode: (bytes) => new Uint8Array(bytes),
    decode: (bytes) => Bytes.from(bytes) as Bytes,
  });
  const arrived = arrive(Bytes.of(1, 2));
  assertInstanceOf(arrived, Bytes);
  assertEquals([...arrived], [1, 2]);
});

Deno.test("registerClass() takes a subclass of Error with its fields", async () => {
  class HttpError extends Error {
    constructor(readonly status: number, readonly request: { url: string }) {
      super(`HTTP ${status} for ${request.url}`);
    }
  }
  registerClass(HttpError, {
    name: "ClassHttpError",
    encode: ({ status, request }) => ({ status, request }),
    decode: ({ status, request }) => new HttpError(status, request),
  });
  const arrived = await cross(new HttpError(404, { url: "/x" }));
  assertInstanceOf(arrived, HttpError);
  assertEquals([arrived.status, arrived.message], [404, "HTTP 404 for /x"]);
});

Deno.test("registerClass() must have run in the receiving thread, else its error names the class", async () => {
  const url = new URL("../fixtures/channel_echo.ts", import.meta.url);
  using worker = new WorkerLink(new Worker(url, { type: "module" }));
  const [error, next] = await worker.exchange(new Box(1), "the next message");
  assertInstanceOf(error, TypeError);
  assertEquals(
    error.message,
    'Cannot receive message: class "ClassBox" is not registered in this thread: ' +
      "call registerClass() at the top level of a module that both sides import",
  );
  assert(!(error instanceof RemoteError));
  assertEquals(next, "the next message");
});
