import { assert, assertEquals, assertThrows } from "@std/assert";
import { ActorSystem } from "../../mod.ts";
import { type ElementType, SharedArray } from "../../shared/mod.ts";
import { double } from "../fixtures/shared_storage.ts";

Deno.test("SharedArray is made of values, or of zeros by its length", () => {
  assertEquals([...new SharedArray("i32", [1, 2, 3, 4, 5])], [1, 2, 3, 4, 5]);
  assertEquals([...new SharedArray("f64", 3)], [0, 0, 0]);
  assertEquals([...new SharedArray("u64", new Set([1n, 2n]))], [1n, 2n]);
  assertEquals(new SharedArray("i16", 0).length, 0);
});

Deno.test.each([{ index: -1 }, { index: 3 }, { index: 0.5 }, { index: NaN }])(
  "SharedArray refuses index $index",
  ({ index }) => {
    const numbers = new SharedArray("i32", [1, 2, 3]);
    const message = `index must be from 0 to 2, received ${index}`;
    assertThrows(() => numbers.at(index), RangeError, message);
    assertThrows(() => numbers.set(index, 1), RangeError, message);
    assertThrows(() => numbers.add(index, 1), RangeError, message);
    assertThrows(() => numbers.exchange(index, 1), RangeError, message);
    assertThrows(() => numbers.compareExchange(index, 1, 1), RangeError, message);
    assertThrows(() => numbers.update(index, (n) => n), RangeError, message);
    assertEquals([...numbers], [1, 2, 3]);
  },
);

Deno.test.each<{ lengthOrValues: unknown; error: typeof Error }>([
  { lengthOrValues: -1, error: RangeError },
  { lengthOrValues: 1.5, error: RangeError },
  { lengthOrValues: "12", error: TypeError },
  { lengthOrValues: undefined, error: TypeError },
  { lengthOrValues: ["1"], error: TypeError },
  { lengthOrValues: [1.5], error: RangeError },
])("SharedArray cannot be made of $lengthOrValues", ({ lengthOrValues, error }) => {
  assertThrows(() => new SharedArray("i32", lengthOrValues as number), error, "Cannot create");
});

Deno.test("SharedArray names the element whose value it refuses", () => {
  const numbers = new SharedArray("i32", 3);
  const message = 'Cannot set element 1 of SharedArray: "i32" takes a whole number, received 1.5';
  assertThrows(() => numbers.set(1, 1.5), RangeError, message);
  assertThrows(() => new SharedArray("i32", [1, 1.5]), RangeError, "at index 1");
});

Deno.test.each<{ type: ElementType; value: number | bigint; read: number | bigint }>([
  { type: "i8", value: 200, read: -56 },
  { type: "u16", value: -1, read: 65535 },
  { type: "i64", value: 2n ** 63n, read: -(2n ** 63n) },
  { type: "f32", value: 0.1, read: 0.10000000149011612 },
])("SharedArray of $type stores $value as $read", ({ type, value, read }) => {
  const numbers = new SharedArray<ElementType>(type, [value, value]);
  numbers.set(1, value);
  assertEquals([...numbers], [read, read]);
});

Deno.test("SharedArray has atomic operations for each element", () => {
  const numbers = new SharedArray("f64", [1, 2, 3]);
  assertEquals(numbers.add(0, 0.5), 1);
  assertEquals(numbers.exchange(1, 7), 2);
  assertEquals(numbers.compareExchange(2, 3, 9), 3);
  assertEquals(numbers.update(2, (n) => n * 2), 18);
  assertEquals([...numbers], [1.5, 7, 18]);
});

Deno.test("SharedArray.slice() is a copy that nobody else sees", () => {
  const numbers = new SharedArray("u8", [1, 2, 3, 4]);
  const copy = numbers.slice(1, -1);
  numbers.set(1, 9);
  assertEquals(copy, Uint8Array.of(2, 3));
  assert(copy.buffer instanceof ArrayBuffer);
});

Deno.test("SharedArray.view is the memory itself", () => {
  const numbers = new SharedArray("i32", 3);
  numbers.view[1] = 5;
  assertEquals(numbers.at(1), 5);
  assertEquals([numbers.view.length, numbers.byteLength], [3, 12]);
});

Deno.test("SharedArray.lock belongs to the memory, not to the handle", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const numbers = new SharedArray("f64", [1, 2]);
  using _guard = numbers.lock.acquireSync();
  assertEquals(numbers.lock.tryAcquire(), undefined);
  await system.run(double, numbers);
  assertEquals([...numbers], [2, 4]);
});
