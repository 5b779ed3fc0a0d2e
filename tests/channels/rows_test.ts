import { assertEquals, assertThrows } from "@std/assert";
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK } from "../../channels/packing/destination.ts";
import { Link } from "../../channels/link/link.ts";
import { PortCarrier } from "../../channels/link/port_carrier.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { revive } from "../../channels/message/revival.ts";
import { within } from "../testing.ts";
import { randomValue, seededRandom } from "./random_value.ts";

type ItemEnvelope = readonly [
  kind: number,
  to: number,
  name: string,
  ...items: (number | Payload)[],
];

/** What was sent, or has arrived. */
interface Sent {
  head: [kind: number, to: number, name: string];
  id?: number | undefined;
  values: unknown[];
}

/** Kinds from here on have ids. */
const WITH_IDS = 10;

/** Sends all, as actors do: as a row if that is possible. */
function sendAll(link: Link<ItemEnvelope>, all: readonly Sent[]): void {
  for (const { head: [kind, to, name], id, values } of all) {
    if (link.sendRow(kind, to, name, values, id)) continue;
    link.sendItem(kind, to, name, capture(values, OVER_LINK, "message", "args"), id);
  }
}

/** Has `send` send so many items over a channel; resolves to what has arrived. */
async function exchange(
  count: number,
  send: (link: Link<ItemEnvelope>) => void,
): Promise<{ arrived: Sent[]; texts: string[] }> {
  const { port1, port2 } = new MessageChannel();
  const texts: string[] = [];
  const post = port1.postMessage.bind(port1);
  port1.postMessage = (message: unknown, transfers?: unknown) => {
    texts.push(typeof message === "string" ? message : (message as [string])[0]);
    post(message, transfers as Transferable[]);
  };
  const arrived: Sent[] = [];
  const all = Promise.withResolvers<void>();
  const right = new Link<ItemEnvelope>(
    new PortCarrier(port2),
    ([kind, to, name, ...items], context) => {
      const head: Sent["head"] = [kind, to, name];
      while (items.length > 0) {
        const id = kind < WITH_IDS ? undefined : items.shift() as number;
        arrived.push({ head, id, values: revive(items.shift() as Payload, context) });
      }
      if (arrived.length >= count) all.resolve();
    },
  );
  const left = new Link<ItemEnvelope>(new PortCarrier(port1), () => {});
  try {
    send(left);
    await within(20_000, "all items", all.promise);
    return { arrived, texts };
  } finally {
    left.close(0);
    right.close(0);
  }
}

const tell = (...values: unknown[]): Sent => ({ head: [0, 1, "put"], id: undefined, values });

/** What arrives for these, which has to be the same. */
async function assertArrive(...sent: Sent[]): Promise<string> {
  const { arrived, texts } = await exchange(sent.length, (link) => sendAll(link, sent));
  assertEquals(arrived, sent);
  return texts.join("\n");
}

Deno.test("Link sends the keys of records once that follow each other", async () => {
  const sent = Array.from(
    { length: 20 },
    (_, index) => tell({ number: index, name: "a", list: [index] }, index),
  );
  const text = await assertArrive(...sent);
  assertEquals(text.match(/"number"/g)?.length, 1);
  assertEquals(text.match(/"put"/g)?.length, 1);
});

Deno.test("Link keeps records apart that have other keys, or the same in another order", async () => {
  const { arrived } = await exchange(8, (link) =>
    sendAll(link, [
      tell({ a: 1, b: 2 }),
      tell({ a: 3, b: 4 }),
      tell({ b: 5, a: 6 }),
      tell({ b: 7, a: 8 }),
      tell({ a: 9 }),
      tell({ a: 10, b: 11, c: 12 }),
      tell({ a: 13, b: 14 }),
      tell({}),
    ]));
  assertEquals(
    arrived.map(({ values }) => JSON.stringify(values)),
    [
      '[{"a":1,"b":2}]',
      '[{"a":3,"b":4}]',
      '[{"b":5,"a":6}]',
      '[{"b":7,"a":8}]',
      '[{"a":9}]',
      '[{"a":10,"b":11,"c":12}]',
      '[{"a":13,"b":14}]',
      "[{}]",
    ],
  );
});

Deno.test.each<{ name: string; values: unknown[][] }>([
  { name: "no values", values: [[], [], []] },
  { name: "empty records", values: [[{}], [{}], [{}]] },
  { name: "scalars", values: [[1], ["a"], [true], [null], [1.5]] },
  { name: "several values", values: [[1, { a: 1 }], [2, { a: 2 }], [3, { a: 3 }]] },
  { name: "more or fewer values", values: [[1], [1, 2], [1, 2], [1], []] },
  { name: "lists", values: [[[1]], [[1, 2]], [[]], [[{ a: 1 }]]] },
  { name: "records beside other values", values: [[{ a: 1 }], [1], [{ a: 2 }], [[1]], [null]] },
  { name: "values that JSON lacks", values: [[{ a: 1 }], [{ a: 2 }], [{ a: NaN }], [{ a: 1n }]] },
  { name: "undefined", values: [[{ a: 1 }], [{ a: 2 }], [{ a: undefined }], [undefined]] },
  { name: "dates and maps", values: [[1], [2], [new Date(3)], [new Map([[1, { a: 1 }]])], [4]] },
  { name: "nested records", values: [[{ a: { b: { c: 1 } } }], [{ a: { b: { c: 2 } } }]] },
  { name: "keys like numbers", values: [[{ 1: "a", 0: "b", x: 1 }], [{ 0: "c", 1: "d", x: 2 }]] },
  {
    name: "the key __proto__",
    values: ['{"__proto__":1}', '{"__proto__":2}', '{"__proto__":{}}'].map((it) => [
      JSON.parse(it),
    ]),
  },
  { name: "the key of markers", values: [[{ $: 1 }], [{ $: 2 }], [{ $: ["date", 3] }]] },
])("Link sends items of the same shape as they are: $name", async ({ values }) => {
  await assertArrive(...values.map((list) => tell(...list)));
  await assertArrive(
    ...values.map((values, id): Sent => ({ head: [WITH_IDS, 0, ""], id, values })),
  );
});

Deno.test("Link keeps one object one that occurs twice in a message", async () => {
  const one = { a: 1 };
  const messages = [[one, one], [one, one], [{ a: one }, one]];
  const { arrived } = await exchange(3, (link) => {
    sendAll(link, [tell({ a: 1 }, { a: 2 }), ...messages.map((values) => tell(...values))]);
  });
  for (const { values: [first, second] } of arrived.slice(1, 3)) {
    assertEquals(first === second, true);
  }
});

Deno.test("Link sends rows as they are at the call", async () => {
  const message = { a: 1, list: [1, { b: 1 }] };
  const { arrived } = await exchange(4, (link) => {
    for (let round = 0; round < 4; round++) {
      sendAll(link, [tell(message)]);
      message.a++;
      (message.list[1] as { b: number }).b++;
    }
  });
  assertEquals(
    arrived.map(({ values }) => values),
    [1, 2, 3, 4].map((number) => [{ a: number, list: [1, { b: number }] }]),
  );
});

Deno.test("Link keeps rows whole when a getter sends something itself", async () => {
  const { arrived } = await exchange(6, (link) => {
    sendAll(link, [tell({ a: 1, b: 1 }), tell({ a: 2, b: 2 })]);
    sendAll(link, [tell({
      a: 3,
      get b() {
        sendAll(link, [tell({ a: 8, b: 9 })]);
        return 4;
      },
    })]);
    sendAll(link, [tell({ a: 5, b: 6 }), tell({ a: 7, b: 8 })]);
  });
  assertEquals(
    arrived.map(({ values }) => values[0]),
    [[1, 1], [2, 2], [8, 9], [3, 4], [5, 6], [7, 8]].map(([a, b]) => ({ a, b })),
  );
});

Deno.test("Link adds nothing to rows when a value cannot cross, or its getter throws", async () => {
  const { arrived } = await exchange(3, (link) => {
    sendAll(link, [tell({ a: 1, b: 1 }), tell({ a: 2, b: 2 })]);
    assertThrows(() => sendAll(link, [tell({ a: 3, b: () => {} })]), TypeError, "args[0].b");
    const failing = {
      a: 4,
      get b(): number {
        throw new RangeError("no b");
      },
    };
    assertThrows(() => sendAll(link, [tell(failing)]), RangeError, "no b");
    sendAll(link, [tell({ a: 5, b: 5 })]);
  });
  assertEquals(arrived.map(({ values }) => values[0]), [1, 2, 5].map((n) => ({ a: n, b: n })));
});

Deno.test("Link keeps the order of a random mixture of heads, ids and shapes", async () => {
  const seed = Date.now() % 2 ** 31;
  for (let round = 0; round < 60; round++) {
    const random = seededRandom(seed + round);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const number = () => Math.floor(random() * 100);
    const makers: (() => unknown[])[] = [
      () => [{ a: number(), b: "b" }],
      () => [{ a: number(), b: "b" }],
      () => [{ b: number(), a: number() }],
      () => [number()],
      () => [number(), { a: number() }],
      () => [],
      () => [randomValue(random)],
    ];
    const sent: Sent[] = [];
    let make = pick(makers);
    let head: Sent["head"] = [0, 0, "x"];
    for (let id = 0; id < 400; id++) {
      if (random() < 0.3) make = pick(makers);
      if (random() < 0.1) head = [pick([0, 1, WITH_IDS]), pick([0, 1]), pick(["x", "y"])];
      sent.push({ head, id: head[0] < WITH_IDS ? undefined : id, values: make() });
    }
    const { arrived } = await exchange(sent.length, (link) => sendAll(link, sent));
    const show = (all: Sent[]) =>
      all.map(({ head, id, values }) => Deno.inspect([head, id, values], { depth: 8 }));
    assertEquals(show(arrived), show(sent), `(seed ${seed + round})`);
  }
});

Deno.test("Link takes no end of rows from a shape without values", async () => {
  const { port1, port2 } = new MessageChannel();
  const got: unknown[] = [];
  const last = Promise.withResolvers<void>();
  const link = new Link<ItemEnvelope>(new PortCarrier(port2), ([kind, ...rest]) => {
    got.push([kind, ...rest]);
    if (kind === 1) last.resolve();
  });
  port1.postMessage(JSON.stringify([[-3, 0, 0, "x", false, [[]], 1, 2, 3], [1, 0, "y"]]));
  await within(20_000, "the envelope after it", last.promise);
  assertEquals(got, [[0, 0, "x"], [1, 0, "y"]]);
  link.close(0);
  port1.close();
});

Deno.test("Link makes own properties of all keys that come in a shape", async () => {
  const { port1, port2 } = new MessageChannel();
  const got = Promise.withResolvers<unknown>();
  const link = new Link<ItemEnvelope>(
    new PortCarrier(port2),
    (envelope) => got.resolve(envelope[3]),
  );
  port1.postMessage(JSON.stringify([[-3, 0, 0, "x", false, [["__proto__", "b"]], { c: 1 }, 2]]));
  const [record] = await within(20_000, "the item", got.promise) as [object];
  assertEquals(Object.getPrototypeOf(record), Object.prototype);
  assertEquals(Object.getOwnPropertyNames(record), ["__proto__", "b"]);
  link.close(0);
  port1.close();
});
