import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, pack } from "../../mod.ts";
import { SharedList, type SharedListValue, SharedMemory } from "../../shared/mod.ts";
import { memoryUser, rewrite } from "../fixtures/shared_storage.ts";

/** The bytes of a text. */
function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const KEPT: { value: SharedListValue }[] = [
  { value: "howdy" },
  { value: "" },
  { value: "\uFEFF with a mark, grüße, 🦕 \0" },
  { value: bytes("HoWdY") },
  { value: new Uint8Array(0) },
  { value: -273.154 },
  { value: 100 },
  { value: -0 },
  { value: NaN },
  { value: 2n ** 63n - 1n },
  { value: -(2n ** 63n) },
  { value: null },
  { value: true },
  { value: false },
];

Deno.test.each(KEPT)(
  "SharedList keeps $value, and in any slot that is large enough",
  ({ value }) => {
    const list = new SharedList(["a text of some length, more than any", value]);
    list.set(0, value);
    assertEquals(list.toArray(), [value, value]);
    assertEquals([list.at(0), list.at(1)], [value, value]);
  },
);

/** Texts of so many bytes in UTF-8 that fit into the slot of the first one, or do not. */
const LIMITS = [
  { first: "", room: 8 },
  { first: "1234567", room: 8 },
  { first: "12345678", room: 16 },
  { first: "üüü", room: 8 },
  { first: "🦕🦕", room: 16 },
];

Deno.test.each(LIMITS)('SharedList has $room bytes for "$first"', ({ first, room }) => {
  const list = new SharedList([first, bytes(first), "next"]);
  for (const fits of ["x".repeat(room), "ü".repeat(room / 2), "🦕".repeat(room / 4)]) {
    list.set(0, fits);
    list.set(1, bytes(fits));
    assertEquals(list.toArray(), [fits, bytes(fits), "next"]);
    const message = `its slot has ${room} bytes, received ${room + 1}`;
    assertThrows(() => list.set(0, fits + "y"), RangeError, message);
    assertThrows(() => list.set(1, bytes(fits + "y")), RangeError, message);
    assertEquals(list.toArray(), [fits, bytes(fits), "next"]);
  }
});

Deno.test.each<{ value: unknown; error: typeof Error; message: string }>([
  { value: undefined, error: TypeError, message: "received undefined" },
  { value: { a: 1 }, error: TypeError, message: "received an object" },
  { value: [1], error: TypeError, message: "received an object" },
  { value: Symbol.iterator, error: TypeError, message: "received Symbol" },
  { value: 2n ** 63n, error: RangeError, message: "a bigint must have 64 bits" },
  { value: "half \uD83E", error: TypeError, message: "half of a surrogate pair" },
])("SharedList refuses $value and changes nothing", ({ value, error, message }) => {
  const list = new SharedList(["before", 1]);
  const wrong = value as SharedListValue;
  assertThrows(() => list.set(0, wrong), error, message);
  assertThrows(() => new SharedList([1, wrong]), error, "at index 1");
  assertEquals(list.toArray(), ["before", 1]);
});

Deno.test("SharedList counts negative indexes from the end", () => {
  const list = new SharedList([0, 1, 2]);
  list.set(-1, -999);
  assertEquals([list.at(-1), list.at(2), list.at(-3)], [-999, -999, 0]);
  for (const index of [3, -4, 0.5, NaN]) {
    assertThrows(() => list.at(index), RangeError, "index must be from -3 to 2");
    assertThrows(() => list.set(index, 0), RangeError, "index must be from -3 to 2");
  }
});

Deno.test("SharedList.indexOf() and count() tell types and contents apart", () => {
  const list = new SharedList(["howdy", bytes("HoWdY"), 1, 1n, true, null, 1]);
  assertEquals([list.indexOf(1n), list.indexOf(true), list.indexOf(1)], [3, 4, 2]);
  assertEquals([list.indexOf(0), list.indexOf("HoWdY"), list.indexOf(bytes("howdy"))], [
    -1,
    -1,
    -1,
  ]);
  assertEquals([list.count(bytes("HoWdY")), list.count(1), list.count("x")], [1, 2, 0]);
});

Deno.test("SharedList gives and takes copies of bytes", () => {
  const given = bytes("abc");
  const list = new SharedList([given]);
  given[0] = 0;
  (list.at(0) as Uint8Array)[1] = 0;
  assertEquals(list.at(0), bytes("abc"));
});

Deno.test("SharedList iterates, and has a length", () => {
  const list = new SharedList(new Set(["a", 1]));
  assertEquals([[...list], list.length, list.name], [["a", 1], 2, null]);
  assertEquals(new SharedList([]).toArray(), []);
  assertThrows(() => new SharedList("text"), TypeError, "not a list of values");
});

Deno.test("SharedList is attached by name from a worker", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  await using list = await SharedList.create("list", [0, 1, 2, 3, 4]);
  await other.ask.setInList("list", -1, -999);
  using same = await SharedList.attach("list");
  assertEquals([list.at(4), same.at(-1), same.length, same.name], [-999, -999, 5, "list"]);
});

Deno.test("SharedList of a worker is attached by name", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const home = await system.spawn(memoryUser);
  await home.ask.createList("list of a worker", ["a", null]);
  using list = await SharedList.attach("list of a worker");
  assertEquals(list.toArray(), ["a", null]);
});

Deno.test("SharedList shares its names with SharedMemory", async () => {
  await using _block = await SharedMemory.create("taken", 100);
  await assertRejects(
    () => SharedList.create("taken", [1]),
    Deno.errors.AlreadyExists,
    "SharedList",
  );
  await assertRejects(() => SharedList.attach("taken"), TypeError, "is no list");
  await assertRejects(() => SharedList.attach("free"), Deno.errors.NotFound, 'SharedList "free"');
});

Deno.test("SharedList refuses every use after close(), naming the list", async () => {
  await using list = await SharedList.create("closed list", [1]);
  const same = await SharedList.attach("closed list");
  same.close();
  const uses = [() => same.at(0), () => same.toArray(), () => same.indexOf(1), () => [...same]];
  for (const use of uses) assertThrows(use, Error, 'SharedList "closed list": it is closed');
  assertThrows(() => same.set(0, 2), Error, 'Cannot set SharedList "closed list": it is closed');
  assertThrows(() => pack(same), TypeError, "value is a SharedList that was closed here");
  assertEquals(list.at(0), 1);
});

Deno.test("SharedList.unlink() frees the name, and those who are attached go on", async () => {
  const list = await SharedList.create("unlinked list", [1]);
  const same = await SharedList.attach("unlinked list");
  await list.unlink();
  await assertRejects(() => SharedList.attach("unlinked list"), Deno.errors.NotFound);
  same.set(0, 2);
  assertEquals(list.at(0), 2);
});

Deno.test("SharedList is never read in parts while other threads write", async () => {
  await using system = new ActorSystem({ workers: 2 });
  const texts = ["a".repeat(40), "b".repeat(24), "ü".repeat(17), ""];
  const list = new SharedList([texts[0]!, "untouched"]);
  let isOver = false;
  const writing = Promise.all([
    system.run(rewrite, list, texts, 20_000),
    system.run(rewrite, list, texts.toReversed(), 20_000),
  ]).finally(() => isOver = true);
  while (!isOver) {
    for (let i = 0; i < 200; i++) {
      const seen = list.toArray();
      if (!texts.includes(seen[0] as string)) throw new Error(`Read ${JSON.stringify(seen[0])}`);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  assertEquals(list.at(1), "untouched");
});
