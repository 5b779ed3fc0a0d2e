import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../mod.ts";
import {
  Barrier,
  Condition,
  type ManagedValue,
  Manager,
  Mutex,
  RecursiveMutex,
  RwLock,
  Semaphore,
  SharedArray,
  SharedEvent,
  SharedList,
  SharedMemory,
  sharedMemoryTransport,
  SharedQueue,
  SharedStruct,
  SharedValue,
  sync,
} from "../../shared/mod.ts";
import { calculator } from "../fixtures/managed_custom.ts";
import { Money, total } from "../fixtures/money.ts";
import { keeper as unaware } from "../fixtures/transport_actors.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

const KINDS: { kind: string; make: () => object | Promise<object> }[] = [
  { kind: "Mutex", make: () => new Mutex() },
  { kind: "RecursiveMutex", make: () => new RecursiveMutex() },
  { kind: "RwLock", make: () => new RwLock() },
  { kind: "Semaphore", make: () => new Semaphore(1) },
  { kind: "Condition", make: () => new Condition() },
  { kind: "Barrier", make: () => new Barrier(2) },
  { kind: "SharedEvent", make: () => new SharedEvent() },
  { kind: "SharedValue", make: () => new SharedValue("i32") },
  { kind: "SharedArray", make: () => new SharedArray("i32", 2) },
  { kind: "SharedStruct", make: () => new SharedStruct({ x: "f64" }) },
  { kind: "SharedList", make: () => new SharedList([1]) },
  { kind: "SharedQueue", make: () => new SharedQueue({ capacity: 2 }) },
  { kind: "SharedMemory", make: () => SharedMemory.create("in a list", 8) },
];

simulated.each(KINDS)("a managed list that is new holds a $kind", async ({ kind, make }) => {
  const thing = await make();
  await using manager = new Manager();
  const list = await manager.list<object>();
  await within(10_000, "the push", list.push(thing));
  assertEquals((await list.at(0))!.constructor.name, kind);
  if (thing instanceof SharedMemory) thing.unlink();
});

simulated("what a managed object holds of shared memory is the same memory", async () => {
  await using manager = new Manager();
  const mutex = new Mutex();
  const map = await manager.map<string, Mutex>();
  await map.set("lock", mutex);
  using _guard = await mutex.acquire();
  assertEquals((await map.get("lock"))!.tryAcquire(), undefined);
});

Deno.test("sync() puts what is shared into a managed object that is new", async () => {
  await using manager = new Manager();
  const list = sync(await manager.list<Semaphore>());
  list.push(new Semaphore(2));
  assertInstanceOf(list[0], Semaphore);
});

Deno.test("what is shared reaches a thread of which only the transport is known", async () => {
  await using system = new ActorSystem({ workers: 1, transport: sharedMemoryTransport() });
  const ref = await system.spawn(unaware);
  const things = KINDS.slice(0, -1).map(({ make }) => make()) as object[];
  const back = await within(10_000, "the echo", ref.ask.echo(things)) as object[];
  assertEquals(
    back.map((thing) => thing.constructor.name),
    things.map((thing) => thing.constructor.name),
  );
});

const MONEY = new Money(5n, { deep: [new Money(7n)] });
type Way = { way: string; keep: (manager: Manager) => Promise<unknown> };

const WAYS: Way[] = [
  {
    way: "a list that it is pushed to",
    async keep(manager) {
      const list = await manager.list<Money>();
      await list.push(MONEY);
      return await list.at(0);
    },
  },
  { way: "a list that is made of it", keep: async (m) => (await m.list([MONEY])).at(0) },
  {
    way: "a map",
    async keep(manager) {
      const map = await manager.map<string, Money>([["a", MONEY]]);
      await map.update("b", () => MONEY);
      return await map.get("b");
    },
  },
  { way: "a set", keep: async (m) => (await (await m.set([MONEY])).values())[0] },
  { way: "a namespace", keep: async (m) => (await m.namespace({ a: MONEY })).get("a") },
  { way: "a value", keep: async (m) => (await m.value({ inside: [MONEY] })).get() },
  {
    way: "a queue",
    async keep(manager) {
      const queue = await manager.queue<Money>();
      await queue.send(MONEY);
      return await queue.receive();
    },
  },
  {
    way: "a view of a list",
    async keep(manager) {
      const list = sync(await manager.list<Money>());
      list.push(MONEY);
      return list[0];
    },
  },
];

Deno.test.each(WAYS)(
  "a manager keeps instances of registered classes in $way",
  async ({ keep }) => {
    await using manager = new Manager();
    const kept = await keep(manager);
    const money = (kept as { inside?: Money[] }).inside?.[0] ?? kept;
    assertInstanceOf(money, Money);
    assertEquals(money.cents, 5n);
    const [inner] = (money.note as { deep: Money[] }).deep;
    assertInstanceOf(inner, Money);
    assertEquals(inner.cents, 7n);
  },
);

simulated("instances in a managed list reach other threads that know the class", async () => {
  await using system = new ActorSystem({ workers: 1 });
  await using manager = new Manager({ system });
  const list = await manager.list([new Money(1n), new Money(2n)]);
  assertEquals(await system.run(total, list), 3n);
});

simulated("a handle inside an instance that a manager keeps, keeps its object", async () => {
  await using manager = new Manager();
  const list = await manager.list<Money>();
  {
    using value = await manager.value("kept");
    await list.push(new Money(1n, value));
  }
  assertEquals(await manager.size(), 2);
  const back = (await list.at(0))!.note as ManagedValue<string>;
  assertEquals(await back.get(), "kept");
});

Deno.test(
  "an object of the program's own gets no instance that its thread does not know",
  async () => {
    await using manager = new Manager();
    const own = await manager.register(calculator)();
    const money = new Money(1n) as unknown as number;
    await assertRejects(() => own.add(money, 1), TypeError, 'class "Money" is not registered');
    assertThrows(() => sync(own).add(money, 1), TypeError, 'class "Money" is not registered');
    assertEquals(await own.add(1, 2), 3);
  },
);
