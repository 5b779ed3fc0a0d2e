import { assert, assertEquals, assertThrows } from "@std/assert";
import { ActorSystem } from "../../mod.ts";
import { type ElementType, type ElementValue, SharedValue } from "../../shared/mod.ts";
import { addLocked, addTimes, flip, updateTimes } from "../fixtures/shared_storage.ts";
import { within } from "../testing.ts";

/** A value of each type, and what it reads as. */
const STORED: { type: ElementType; value: number | bigint; read: number | bigint }[] = [
  { type: "i8", value: -128, read: -128 },
  { type: "i8", value: 128, read: -128 },
  { type: "u8", value: 255, read: 255 },
  { type: "u8", value: -1, read: 255 },
  { type: "i16", value: 32768, read: -32768 },
  { type: "u16", value: 65537, read: 1 },
  { type: "i32", value: -2147483648, read: -2147483648 },
  { type: "i32", value: 2147483648, read: -2147483648 },
  { type: "u32", value: 4294967295, read: 4294967295 },
  { type: "u32", value: -1, read: 4294967295 },
  { type: "u32", value: 2 ** 53, read: 0 },
  { type: "i64", value: 2n ** 63n, read: -(2n ** 63n) },
  { type: "u64", value: -1n, read: 2n ** 64n - 1n },
  { type: "f32", value: 0.1, read: 0.10000000149011612 },
  { type: "f64", value: 0.1, read: 0.1 },
  { type: "f64", value: NaN, read: NaN },
  { type: "f64", value: -0, read: -0 },
  { type: "f32", value: Infinity, read: Infinity },
];

Deno.test.each(STORED)("SharedValue of $type stores $value as $read", ({ type, value, read }) => {
  const shared = new SharedValue<ElementType>(type);
  shared.value = value;
  assertEquals(shared.value, read);
  assertEquals(new SharedValue<ElementType>(type, value).value, read);
});

Deno.test("SharedValue begins with 0, as a bigint for 64 bits", () => {
  assertEquals([new SharedValue("u8").value, new SharedValue("f64").value], [0, 0]);
  assertEquals([new SharedValue("i64").value, new SharedValue("u64").value], [0n, 0n]);
});

const REFUSED: { type: ElementType; value: unknown; error: typeof Error; message: string }[] = [
  { type: "i32", value: "5", error: TypeError, message: '"i32" takes a number, received "5"' },
  { type: "f64", value: undefined, error: TypeError, message: "a number, received undefined" },
  { type: "f64", value: null, error: TypeError, message: "a number, received null" },
  { type: "u8", value: true, error: TypeError, message: "a number, received true" },
  { type: "i32", value: 1.5, error: RangeError, message: "a whole number, received 1.5" },
  { type: "i32", value: NaN, error: RangeError, message: "a whole number, received NaN" },
  { type: "u32", value: Infinity, error: RangeError, message: "received Infinity" },
  { type: "i64", value: 5, error: TypeError, message: "a bigint: write 5n, received 5" },
  { type: "u64", value: "5", error: TypeError, message: 'a bigint, received "5"' },
  { type: "i32", value: 5n, error: TypeError, message: "a number: write Number(5n), received 5n" },
  { type: "f64", value: 5n, error: TypeError, message: "a number: write Number(5n), received 5n" },
];

Deno.test.each(REFUSED)(
  "SharedValue of $type refuses $value",
  ({ type, value, error, message }) => {
    const shared = new SharedValue<ElementType>(type);
    shared.add((typeof shared.value === "bigint" ? 7n : 7) as never);
    const wrong = value as ElementValue<ElementType>;
    const before = shared.value;
    assertThrows(() => shared.value = wrong, error, `Cannot set SharedValue: "${type}" takes`);
    assertThrows(() => shared.add(wrong), error, message);
    assertThrows(() => shared.exchange(wrong), error, message);
    assertThrows(() => shared.compareExchange(before, wrong), error, message);
    assertThrows(() => shared.compareExchange(wrong, before), error, message);
    assertThrows(() => shared.update(() => wrong), error, message);
    assertEquals(shared.value, before);
  },
);

Deno.test("SharedValue refuses a type that is none", () => {
  assertThrows(() => new SharedValue("int" as "i32"), TypeError, "type must be one of");
  assertThrows(() => new SharedValue(undefined as never), TypeError, "type is missing");
});

Deno.test.each<{ type: ElementType }>([{ type: "i32" }, { type: "f32" }, { type: "f64" }])(
  "SharedValue.add(), exchange() and compareExchange() of $type return the value before",
  ({ type }) => {
    const shared = new SharedValue<ElementType>(type, 2);
    assertEquals([shared.add(3), shared.value], [2, 5]);
    assertEquals([shared.exchange(8), shared.value], [5, 8]);
    assertEquals([shared.compareExchange(5, 1), shared.value], [8, 8]);
    assertEquals([shared.compareExchange(8, 1), shared.value], [8, 1]);
  },
);

Deno.test("SharedValue.update() returns the new value as it was stored", () => {
  assertEquals(new SharedValue("u8", 200).update((n) => n + 100), 44);
  assertEquals(new SharedValue("f32", 0).update(() => 0.1), 0.10000000149011612);
  assertEquals(new SharedValue("i64", 3n).update((n) => n * 2n), 6n);
  assert(Number.isNaN(new SharedValue("f64", NaN).update((n) => n + 1)));
});

Deno.test("SharedValue.update() that throws changes nothing", () => {
  const shared = new SharedValue("i32", 3);
  const fail = () =>
    shared.update(() => {
      throw new Error("no");
    });
  assertThrows(fail, Error, "no");
  assertEquals(shared.value, 3);
});

Deno.test("SharedValue works as a number and as text", () => {
  const shared = new SharedValue("i32", 41);
  assertEquals(+shared + 1, 42);
  assertEquals(`${shared}`, "41");
});

const COUNTERS: ElementType[] = ["i8", "i32", "u64", "f32", "f64"];

Deno.test("SharedValue.add() loses nothing in two threads", async (t) => {
  await using system = new ActorSystem({ workers: 2 });
  for (const type of COUNTERS) {
    await t.step(type, async () => {
      const shared = new SharedValue<ElementType>(type);
      const gate = new SharedValue("i32");
      const tasks = [0, 1].map(() => system.run(addTimes, shared, gate, 2, 20_000));
      await within(10_000, "the tasks", Promise.all(tasks));
      const total = type === "i8" ? 40_000 << 24 >> 24 : 40_000;
      assertEquals(Number(shared.value), total);
    });
  }
});

Deno.test("SharedValue.update() of f64 loses nothing in two threads", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const shared = new SharedValue("f64", 0.5);
  const gate = new SharedValue("i32");
  const tasks = [0, 1].map(() => system.run(updateTimes, shared, gate, 2, 20_000));
  await within(10_000, "the tasks", Promise.all(tasks));
  assertEquals(shared.value, 40_000.5);
});

Deno.test("SharedValue.lock makes two steps one", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const shared = new SharedValue("i32");
  const gate = new SharedValue("i32");
  const tasks = [0, 1].map(() => system.run(addLocked, shared, gate, 2, 50_000));
  await within(15_000, "the tasks", Promise.all(tasks));
  assertEquals(shared.value, 100_000);
});

Deno.test("SharedValue of f64 is never read in halves", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const [a, b] = [1.1, -2.2e200];
  const shared = new SharedValue("f64", a);
  const writing = system.run(flip, shared, a, b, 500_000);
  let isOver = false;
  void writing.finally(() => isOver = true);
  while (!isOver) {
    for (let i = 0; i < 20_000; i++) {
      const seen = shared.value;
      if (seen !== a && seen !== b) throw new Error(`Read ${seen}`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
});
