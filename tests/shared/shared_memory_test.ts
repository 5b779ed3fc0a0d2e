import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, pack, unpack } from "../../mod.ts";
import { SharedMemory, SharedValue } from "../../shared/mod.ts";
import { DEATHS } from "../fixtures/deaths.ts";
import { memoryUser } from "../fixtures/shared_storage.ts";
import { programTest, runProgram } from "../program.ts";
import { until, within } from "../testing.ts";

const { AlreadyExists, NotFound } = Deno.errors;

Deno.test("SharedMemory.attach() gives the block of the same thread", async () => {
  await using block = await SharedMemory.create("here", 10);
  using same = await SharedMemory.attach("here", { timeoutMs: 0 });
  block.view("u8").set([22, 33, 44]);
  assertEquals([...same.view("u8")], [22, 33, 44, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals([same.name, same.byteLength], ["here", 10]);
});

Deno.test("SharedMemory.create() twice fails, in the same thread and in others", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  await using _block = await SharedMemory.create("twice", 10);
  await assertRejects(() => SharedMemory.create("twice", 10), AlreadyExists, '"twice"');
  assertEquals(await other.ask.create("twice", 10), "AlreadyExists");
});

Deno.test("SharedMemory.create() by many threads at once succeeds in one", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const others = [await system.spawn(memoryUser), await system.spawn(memoryUser)];
  for (let round = 0; round < 30; round++) {
    const name = `round ${round}`;
    const created = await Promise.all(others.map((other) => other.ask.create(name, 8)));
    assertEquals(created.toSorted(), [8, "AlreadyExists"]);
    await others[created.indexOf(8)]!.ask.unlink(name);
  }
});

Deno.test("SharedMemory.create() is not disturbed by those who wait for the name", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  for (let round = 0; round < 30; round++) {
    const first = await SharedMemory.create("disturbed", 8);
    const attached = other.ask.attach("disturbed");
    await first.unlink();
    const second = await SharedMemory.create("disturbed", 8);
    assert([8, "NotFound"].includes(await attached));
    await second.unlink();
  }
});

Deno.test("SharedMemory.attach() to an unknown name fails", async () => {
  await assertRejects(() => SharedMemory.attach("nobody"), NotFound, '"nobody": there is no such');
});

Deno.test("SharedMemory is attached by name from a worker", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  await using block = await SharedMemory.create("from a worker", 10);
  assertEquals(await other.ask.attach("from a worker"), 10);
  await other.ask.write("from a worker", 9, 99);
  assertEquals(block.view("u8")[9], 99);
});

Deno.test("SharedMemory of a worker is attached by name from others", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const home = await system.spawn(memoryUser);
  const other = await system.spawn(memoryUser.with({ own: { worker: "thread" } }));
  await home.ask.create("of a worker", 4);
  assertEquals(await other.ask.attach("of a worker"), 4);
  await other.ask.write("of a worker", 0, 7);
  using block = await SharedMemory.attach("of a worker");
  assertEquals([block.view("u8")[0], await home.ask.read("of a worker", 0)], [7, 7]);
});

Deno.test("SharedMemory is attached by name from a worker in a plain worker", async () => {
  await using block = await SharedMemory.create("nested", 10);
  const url = new URL("../fixtures/shared_storage_nested.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  try {
    const said = new Promise<string>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    assertEquals(await within(10_000, "the nested worker", said), "attached 10");
    assertEquals(block.view("u8")[3], 42);
  } finally {
    worker.terminate();
  }
});

Deno.test("SharedMemory.unlink() frees the name, and those who are attached go on", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  const block = await SharedMemory.create("unlinked", 10);
  await other.ask.attach("unlinked");
  await block.unlink();
  await assertRejects(() => SharedMemory.attach("unlinked"), NotFound);
  await other.ask.write("unlinked", 0, 5);
  assertEquals(block.view("u8")[0], 5);
  await block.unlink();
});

Deno.test("SharedMemory.unlink() works from a thread that is attached", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  const block = await SharedMemory.create("unlinked there", 10);
  await other.ask.attach("unlinked there");
  assertEquals(await other.ask.unlink("unlinked there"), undefined);
  await using second = await SharedMemory.create("unlinked there", 20);
  await block.unlink();
  assertEquals((await SharedMemory.attach("unlinked there")).byteLength, second.byteLength);
});

Deno.test("SharedMemory.unlink() of an old block leaves a new one of the same name alone", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  const old = await SharedMemory.create("reused", 10);
  await other.ask.attach("reused");
  await old.unlink();
  await using _reused = await SharedMemory.create("reused", 20);
  await within(20_000, "unlink", other.ask.unlink("reused"));
  assertEquals((await SharedMemory.attach("reused")).byteLength, 20);
});

Deno.test("SharedMemory names are free at once after await using, a hundred times", async () => {
  for (let round = 0; round < 100; round++) {
    await using block = await SharedMemory.create("again", 8);
    assertEquals(block.view("u8")[0], 0);
    block.view("u8")[0] = 1;
  }
});

Deno.test("SharedMemory refuses every use after close(), naming the block", async () => {
  await using block = await SharedMemory.create("closed", 10);
  const same = await SharedMemory.attach("closed");
  const view = same.view("u8");
  same.close();
  same.close();
  assertThrows(() => same.buffer, Error, 'Cannot use SharedMemory "closed": it is closed');
  assertThrows(() => same.view("u8"), Error, 'Cannot view SharedMemory "closed": it is closed');
  assertThrows(() => pack(same), TypeError, "value is a SharedMemory that was closed here");
  view[0] = 3;
  assertEquals(block.view("u8")[0], 3);
});

Deno.test("SharedMemory that was attached is only closed at the end of its scope", async () => {
  await using _block = await SharedMemory.create("kept", 10);
  {
    await using _same = await SharedMemory.attach("kept");
    using _other = await SharedMemory.attach("kept");
  }
  assertEquals((await SharedMemory.attach("kept")).byteLength, 10);
});

Deno.test("SharedMemory leaves no name behind when its scope throws", async () => {
  await assertRejects(
    async () => {
      await using _block = await SharedMemory.create("thrown", 10);
      throw new Error("inside");
    },
    Error,
    "inside",
  );
  await assertRejects(() => SharedMemory.attach("thrown"), NotFound);
});

Deno.test.each(DEATHS.map((how) => ({ how })))(
  "SharedMemory of a thread that ends ($how) is not found, and those attached go on",
  async ({ how }) => {
    await using system = new ActorSystem({ workers: 1 });
    const home = await system.spawn(memoryUser);
    await home.ask.create("dying", 10);
    using block = await SharedMemory.attach("dying");
    home.tell.die(how);
    await within(20_000, "the end of the thread", home.exited);
    const isGone = () => SharedMemory.attach("dying").then(() => false, () => true);
    await until(10_000, "the end of the name", isGone);
    await assertRejects(() => SharedMemory.attach("dying"), NotFound);
    block.view("u8")[0] = 1;
    await using again = await SharedMemory.create("dying", 10);
    assertEquals(again.view("u8")[0], 0);
  },
);

Deno.test("SharedMemory.attach() waits for a busy home, until its limits end that", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const home = await system.spawn(memoryUser);
  await home.ask.create("busy", 10);
  const gate = new SharedValue("i32");
  const spinning = home.ask.spin(gate);
  await until(20_000, "the loop", () => gate.value === 1);
  await assertRejects(() => SharedMemory.attach("busy", { timeoutMs: 0 }), DOMException, "0 ms");
  const late = SharedMemory.attach("busy", { timeoutMs: 20 });
  await assertRejects(() => late, DOMException, "no answer within 20 ms");
  const abort = new AbortController();
  const aborted = SharedMemory.attach("busy", { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assertRejects(() => aborted, Error, "enough");
  const patient = SharedMemory.attach("busy");
  gate.value = 2;
  assertEquals((await within(20_000, "attach", patient)).byteLength, 10);
  await spinning;
});

Deno.test("SharedMemory.attach() that waits for a thread that ends is not found", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const home = await system.spawn(memoryUser.with({ own: { worker: "thread" } }));
  await home.ask.create("ending", 10);
  const gate = new SharedValue("i32");
  home.tell.spin(gate);
  await until(20_000, "the loop", () => gate.value === 1);
  const attached = within(20_000, "attach", SharedMemory.attach("ending"));
  const refused = assertRejects(() => attached, NotFound);
  await home.terminate();
  await refused;
});

Deno.test("SharedMemory can be part of a message", async () => {
  await using block = await SharedMemory.create("sent", 10);
  using arrived = unpack<SharedMemory>(structuredClone(pack(block).message));
  arrived.view("u8")[1] = 8;
  assertEquals([block.view("u8")[1], arrived.name], [8, "sent"]);
});

Deno.test("SharedMemory.view() is a view of a part", async () => {
  await using block = await SharedMemory.create("parts", 21);
  block.view("f64", 8, 1)[0] = 1.5;
  assertEquals([...block.view("f64")], [0, 1.5]);
  assertEquals(block.view("i32", 16).length, 1);
  assertEquals(block.view("i32", 20).length, 0);
  assertThrows(() => block.view("f64", 4), RangeError, "a multiple of 8, received 4");
  assertThrows(() => block.view("u8", 20, 2), RangeError, "2 elements from byte 20");
  assertThrows(() => block.view("u8", 24), RangeError, "beyond its 21 bytes");
  assertThrows(() => block.view("x" as "u8"), TypeError, "type must be one of");
});

Deno.test.each<{ name: unknown; byteLength: unknown; error: typeof Error }>([
  { name: "", byteLength: 1, error: TypeError },
  { name: 5, byteLength: 1, error: TypeError },
  { name: "n", byteLength: 0, error: RangeError },
  { name: "n", byteLength: 1.5, error: RangeError },
  { name: "n", byteLength: undefined, error: RangeError },
])("SharedMemory.create($name, $byteLength) is refused", async ({ name, byteLength, error }) => {
  const create = () => SharedMemory.create(name as string, byteLength as number);
  await assertRejects(create, error, "Cannot create SharedMemory");
  assertThrows(() => new SharedMemory(), TypeError, "use SharedMemory.create() or attach()");
});

programTest("SharedMemory that is unlinked does not keep the program alive", async () => {
  const program = `${import.meta.dirname}/../fixtures/shared_storage_program.ts`;
  const { code, stdout, stderr } = await runProgram(program, { timeoutMs: 10_000 });
  assertEquals({ code, stdout, stderr }, { code: 0, stdout: "end\n", stderr: "" });
});

Deno.test("SharedMemory is found from other threads right after the program closed a channel of its own", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const other = await system.spawn(memoryUser);
  for (let round = 0; round < 10; round++) {
    new BroadcastChannel("own").close();
    await using _block = await SharedMemory.create("own channel", 10);
    assertEquals(await other.ask.attach("own channel"), 10);
  }
});
