import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem, pipe, Pool, transfer } from "../../mod.ts";
import { hostBehind } from "../../actors/system/actor_system.ts";
import { SharedMemory, SharedQueue } from "../../shared/mod.ts";
import { initialize } from "../fixtures/pool_tasks.ts";
import { square } from "../fixtures/definitions.ts";
import { PLACES } from "../fixtures/life_probe.ts";
import { bytesOf } from "../fixtures/start_args.ts";
import { type AnyRef, spectator } from "../fixtures/spectator.ts";
import { simulated } from "../simulation/simulated.ts";
import { leftovers, until } from "../testing.ts";

simulated.each(PLACES)(
  "ActorContext.watch() of what is no reference leaves nothing, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(spectator);
    for (const value of [undefined, null, 5, { exited: 1 }]) {
      const refused = () => ref.ask.watch(value);
      await assertRejects(refused, TypeError, "Cannot watch: the argument must be an ActorRef");
    }
    // Something left would reject at its end, with nobody there.
    await ref.stop();
    assertEquals((await ref.exited).kind, "shutdown");
  },
);

simulated.each(PLACES)(
  "A stream that is left before it is read closes its arguments, on $where",
  async ({
    workers,
  }) => {
    await using system = new ActorSystem({ workers });
    const ref = await system.spawn(spectator);
    const [near, far] = pipe<string, string>();
    await ref.stream.read(far).return!();
    const received = await near.receive({ timeoutMs: 5_000 }).catch((error) => error.name);
    assertEquals(received, "ChannelClosedError");
    near.close();
  },
);

simulated("An ask or a stream of a handler whose name is too long leaves nothing", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const far = await system.spawn(spectator) as unknown as AnyRef;
  const near = await system.spawn(spectator.with({ on: "here" }));
  const name = "x".repeat(3_000_000);
  const refused = "the names that go with it have more than";
  const [end, other] = pipe<string, string>();
  await assertRejects(() => far.ask[name]!(other), RangeError, refused);
  const ended = await end.receive({ timeoutMs: 5_000 }).catch((error) => error.name);
  assertEquals(ended, "ChannelClosedError");
  await assertRejects(() => far.stream[name]!().next(), RangeError, refused);
  await assertRejects(() => near.ask.ask(far, name), RangeError, refused);
  assertEquals(await near.ask.ask(far, "watch").catch((error) => error.name), "TypeError");
  const { requests } = hostBehind(system);
  const ids = Array.from({ length: 100 }, (_, at) => at + 1);
  assertEquals(ids.filter((id) => requests.waiting(id) !== undefined), []);
});

Deno.test("An actor whose name is too long leaves no worker of its own", async () => {
  await using system = new ActorSystem({ workers: 1 });
  const name = "x".repeat(3_000_000);
  const spawned = () => system.spawn(spectator.with({ name, on: "own" }));
  await assertRejects(spawned, RangeError, "the names that go with it have more than");
  await until(20_000, "the end of the worker", async () => (await leftovers()).length === 0);
});

simulated(
  "Pool refuses an initializer that cannot go to a worker before it starts one",
  async () => {
    const memory = await SharedMemory.create(`closed-${crypto.randomUUID()}`, 8);
    await memory.unlink();
    memory.close();
    const initializer = [initialize, [1, memory]] as never;
    const says = "Cannot send message: initializer[1][1] is a SharedMemory that was closed here";
    assertThrows(() => new Pool({ workers: 1, initializer }), TypeError, says);
  },
);

simulated("Pool.map() refuses an onProgress that is no function before anything runs", async () => {
  await using pool = new Pool({ workers: 0 });
  const mapped = () => pool.map(square, [1, 2], { onProgress: 5 as never });
  await assertRejects(mapped, TypeError, "onProgress must be a function, received 5");
});

simulated.each([{ size: 0 }, { size: 1 }])(
  "Pool.map() with an item that is refused leaves all buffers of its caller, size $size",
  async ({ size }) => {
    await using pool = new Pool({ workers: size });
    const buffers = [new ArrayBuffer(8), new ArrayBuffer(8)];
    const items = [...buffers.map((buffer) => transfer(buffer, [buffer])), () => {}];
    const mapped = () => pool.map(bytesOf, items as ArrayBuffer[], { chunkSize: 1 });
    await assertRejects(mapped, TypeError, "items.slice(2)[0] is a function");
    assertEquals(buffers.map(({ byteLength }) => byteLength), [8, 8]);
    const given = buffers.map((buffer) => transfer(buffer, [buffer]));
    assertEquals(await pool.map(bytesOf, given, { chunkSize: 1 }), [8, 8]);
    assertEquals(buffers.map(({ byteLength }) => byteLength), [0, 0]);
  },
);

simulated("SharedQueue refuses a signal that is none", async () => {
  using queue = new SharedQueue<number>();
  const signal = {} as AbortSignal;
  const says = "signal must be an AbortSignal, received an object";
  await assertRejects(() => queue.send(1, { signal }), TypeError, says);
  await assertRejects(() => queue.receive({ signal }), TypeError, says);
  assertEquals(await queue.size(), 0);
});
