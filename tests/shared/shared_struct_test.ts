import { assertEquals, assertThrows } from "@std/assert";
import { ActorSystem, pack } from "../../mod.ts";
import { SharedStruct, type StructFields } from "../../shared/mod.ts";
import { squareRecords } from "../fixtures/shared_storage.ts";

/** Fields, and what `offsetof` and `sizeof` say of them in C. */
const LAYOUTS: { fields: StructFields; offsets: Record<string, number>; size: number }[] = [
  { fields: { a: "u8" }, offsets: { a: 0 }, size: 1 },
  { fields: { a: "u8", b: "f64" }, offsets: { a: 0, b: 8 }, size: 16 },
  { fields: { b: "f64", a: "u8" }, offsets: { b: 0, a: 8 }, size: 16 },
  { fields: { a: "i8", b: "i16", c: "i8" }, offsets: { a: 0, b: 2, c: 4 }, size: 6 },
  {
    fields: { a: "i8", b: "i8", c: "i32", d: "i16" },
    offsets: { a: 0, b: 1, c: 4, d: 8 },
    size: 12,
  },
  { fields: { a: "i32", b: "u64", c: "f32" }, offsets: { a: 0, b: 8, c: 16 }, size: 24 },
];

Deno.test.each(LAYOUTS)("SharedStruct lays out $fields as C does", ({ fields, offsets, size }) => {
  const records = new SharedStruct(fields, { length: 3 });
  assertEquals(records.offsets, offsets);
  assertEquals([records.recordByteLength, records.byteLength], [size, 3 * size]);
});

Deno.test("SharedStruct keeps the fields of neighbours apart", () => {
  const records = new SharedStruct({ a: "u8", b: "i64", c: "i16" }, { length: 3 });
  for (const [index, record] of [...records].entries()) {
    record.a = 255;
    record.b = -1n;
    record.c = -index;
  }
  records.set(1, { a: 0, b: 0n });
  assertEquals([0, 1, 2].map((index) => records.get(index)), [
    { a: 255, b: -1n, c: 0 },
    { a: 0, b: 0n, c: -1 },
    { a: 255, b: -1n, c: -2 },
  ]);
});

Deno.test("SharedStruct.at() is the memory, get() a copy", () => {
  const point = new SharedStruct({ x: "f64", y: "f64" });
  const [live, copy] = [point.at(), point.get()];
  point.set(0, { x: 1, y: 2 });
  assertEquals([live.x, live.y], [1, 2]);
  assertEquals(copy, { x: 0, y: 0 });
});

Deno.test("SharedStruct.set() that is refused changes nothing", () => {
  const record = new SharedStruct({ a: "i32", b: "u64" });
  const wrong = [{ a: 1, b: 2 }, { a: 1, c: 2 }, { a: 1.5 }, { a: 1, b: undefined }];
  for (const values of wrong) assertThrows(() => record.set(0, values as { a: number }));
  assertEquals(record.get(), { a: 0, b: 0n });
});

Deno.test("SharedStruct records name the field that refuses a value", () => {
  const record = new SharedStruct({ a: "i32", b: "u64" }).at();
  const message = 'Cannot set field "b" of SharedStruct: "u64" takes a bigint: write 5n';
  assertThrows(() => record.b = 5 as unknown as bigint, TypeError, message);
  assertThrows(() => record.a = 0.5, RangeError, "a whole number");
  assertThrows(() => (record as Record<string, unknown>).c = 1, TypeError);
});

Deno.test.each([{ index: -1 }, { index: 2 }, { index: 0.5 }])(
  "SharedStruct refuses index $index",
  ({ index }) => {
    const records = new SharedStruct({ a: "i32" }, { length: 2 });
    for (const use of [records.at, records.get]) {
      assertThrows(() => use.call(records, index), RangeError, "index must be from 0 to 1");
    }
    assertThrows(() => records.set(index, { a: 1 }), RangeError, "index must be from 0 to 1");
  },
);

Deno.test.each<{ fields: Record<string, unknown>; message: string }>([
  { fields: {}, message: "it has no fields" },
  { fields: { a: "int" }, message: 'field "a": type must be one of' },
  { fields: { 0: "i32" }, message: 'field name "0" is not allowed' },
])("SharedStruct cannot be made of $fields", ({ fields, message }) => {
  assertThrows(() => new SharedStruct(fields as StructFields), TypeError, message);
});

Deno.test("SharedStruct is changed by a task", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const points = new SharedStruct({ x: "f64", y: "f64" }, { length: 2 });
  points.set(0, { x: 1.5, y: -2 });
  points.set(1, { x: 3, y: 0.5 });
  await system.run(squareRecords, points);
  assertEquals([points.get(0), points.get(1)], [{ x: 2.25, y: 4 }, { x: 9, y: 0.25 }]);
});

Deno.test("SharedStruct records cannot be part of a message", () => {
  const record = new SharedStruct({ a: "i32" }).at();
  assertThrows(() => pack({ record }), TypeError, "value.record is an instance of SharedRecord");
});
