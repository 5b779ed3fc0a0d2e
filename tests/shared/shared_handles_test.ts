import { assertEquals, assertThrows } from "@std/assert";
import { unpack } from "../../channels/mod.ts";
import { ActorSystem, pipe, Queue } from "../../mod.ts";
import {
  SharedArray,
  SharedList,
  SharedMemory,
  SharedQueue,
  SharedStruct,
  SharedValue,
} from "../../shared/mod.ts";
import { passOn } from "../fixtures/shared_storage_unaware.ts";
import { within } from "../testing.ts";

type Things = [
  SharedValue<"i64">,
  SharedArray<"u8">,
  SharedStruct<{ a: "i8"; b: "f32" }>,
  SharedMemory,
  SharedList,
  SharedQueue<string>,
];

async function make(): Promise<Things> {
  return [
    new SharedValue("i64"),
    new SharedArray("u8", 3),
    new SharedStruct({ a: "i8", b: "f32" }, { length: 2 }),
    await SharedMemory.create("travels", 8),
    new SharedList(["text"]),
    new SharedQueue({ capacity: 5, byteLength: 100 }),
  ];
}

/** Writes to each, and reads the same from the others. */
async function assertSame(ones: Things, others: Things): Promise<void> {
  ones[0].value = 5n;
  ones[1].set(2, 7);
  ones[2].at(1).b = 1.5;
  ones[3].view("u8")[0] = 9;
  ones[4].set(0, "other");
  await ones[5].send("item");
  const [value, array, struct, memory, list, queue] = others;
  assertEquals([value.value, value.type], [5n, "i64"]);
  assertEquals([...array], [0, 0, 7]);
  assertEquals([struct.get(0), struct.get(1)], [{ a: 0, b: 0 }, { a: 0, b: 1.5 }]);
  assertEquals([memory.view("u8")[0], memory.name], [9, "travels"]);
  assertEquals(list.toArray(), ["other"]);
  assertEquals([await queue.receive(), queue.capacity, queue.byteLength], ["item", 5, 100]);
}

Deno.test("handles of shared/ work through a task whose module never imported it", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const things = await make();
  await using _memory = things[3];
  const [sender, receiver] = pipe.oneWay<Things>();
  const names = system.run(passOn, things, sender as never);
  const back = await within(10_000, "the things", receiver.receive());
  assertEquals(await names, things.map((thing) => thing.constructor.name));
  receiver.close();
  await assertSame(things, back);
});

Deno.test("handles of shared/ are themselves in a message to their own thread", async () => {
  using queue = new Queue<Things>();
  const things = await make();
  await using _memory = things[3];
  await queue.send(things);
  await assertSame(things, await queue.receive());
});

Deno.test("locks of values, arrays and structs are those of their memory", async () => {
  using queue = new Queue<Things>();
  const things = await make();
  await using _memory = things[3];
  await queue.send(things);
  const back = await queue.receive();
  for (const index of [0, 1, 2] as const) {
    using _guard = things[index].lock.acquireSync();
    assertEquals(back[index].lock.tryAcquire(), undefined);
  }
});

const TOKENS: unknown[][] = [
  ["shared.value", "i64", 0],
  ["shared.array", "u8", 1e9, 0],
  ["shared.array", "nonsense", 1, 0],
  ["shared.struct", [["a", "i8"]], 1e9, 0],
  ["shared.struct", 5, 1, 0],
  ["shared.memory", 5, 5, 0],
  ["shared.list", null, null, 0],
  ["shared.queue", 1e6, 1e6, 0],
  ["shared.queue", "5", 16, 0],
  ["shared.mutex", 0, 2],
  ["shared.rwlock", 0, 1e9],
  ["shared.condition", 0, 0, 5],
  ["shared.managed", "list", 1, 1, 0, 1, "ref", "", 0, 0, null],
];

Deno.test.each(TOKENS.flatMap((token) => [{ token, bytes: 4 }, { token, bytes: -1 }]))(
  "A handle $token over $bytes bytes that nobody sends is refused, and makes nothing of later ones",
  ({ token, bytes }) => {
    const payload = { values: [{ "$": ["handle", token] }] };
    const memory = bytes < 0 ? new ArrayBuffer(64) : new SharedArrayBuffer(bytes);
    assertThrows(() => unpack({ troupe: "packed", payload, attachments: [memory] }), Error);
    using queue = new SharedQueue<number>({ capacity: 2, byteLength: 64 });
    queue.sendSync(1);
    assertEquals(queue.receiveSync(), 1);
    assertEquals(new SharedValue("i32", 5).value, 5);
    assertEquals([...new SharedList([1, 2])], [1, 2]);
  },
);
