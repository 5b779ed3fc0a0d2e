import { assertEquals, assertRejects } from "@std/assert";
import { actor, ActorSystem, ChannelClosedError, pipe, type PipeEnd, Queue } from "../../mod.ts";
import { Choices } from "../../testing/simulation/choices.ts";
import { pacesBy } from "../../testing/simulation/pace.ts";
import { World } from "../../testing/simulation/world.ts";

/** Uses channels. */
const user = actor(import.meta, () => {
  return {
    async send(queue: Queue<number>, items: number[]) {
      for (const item of items) await queue.send(item);
    },
    async receive(queue: Queue<number>, count: number) {
      const items: number[] = [];
      while (items.length < count) items.push(await queue.receive());
      return items;
    },
    tryReceive: (queue: Queue<number>) => queue.tryReceive(),
    make: () => new Queue<number>(),
    async echo(end: PipeEnd<number, number>) {
      for await (const item of end) await end.send(-item);
    },
  };
});

Deno.test("A queue's items go from one simulated worker to another, in order", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    const [sender, receiver] = [await system.spawn(user), await system.spawn(user)];
    assertEquals(world.alive.length, 2);
    using queue = new Queue<number>({ capacity: 2 });
    const received = receiver.ask.receive(queue, 5);
    await sender.ask.send(queue, [1, 2, 3, 4, 5]);
    assertEquals(await received, [1, 2, 3, 4, 5]);
    assertEquals(await queue.size(), 0);
  });
});

Deno.test("Queue.tryReceive() finds an item whose send has resolved, at any pace", async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const world = new World({ paces: pacesBy(new Choices(seed)) });
    await world.run(async () => {
      await using system = new ActorSystem({ workers: 2 });
      const [sender, receiver] = [await system.spawn(user), await system.spawn(user)];
      using queue = new Queue<number>();
      for (let item = 0; item < 3; item++) {
        await sender.ask.send(queue, [item]);
        assertEquals(await receiver.ask.tryReceive(queue), { state: "ok", value: item });
      }
    });
  }
});

Deno.test("A queue whose home is a simulated worker ends with it", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    const home = await system.spawn(user.with({ restart: "temporary" }));
    const queue = await home.ask.make();
    await queue.send(1);
    assertEquals(await queue.receive(), 1);
    const waiting = assertRejects(() => queue.receive(), ChannelClosedError);
    await world.sleep(1);
    world.kill(world.alive[0]!);
    const { cause } = await waiting;
    assertEquals((cause as Error).name, "HostLostError");
  });
});

Deno.test("A queue's handle that is sent on as its home dies waits for nothing", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    const home = await system.spawn(user.with({ restart: "temporary" }));
    const other = await system.spawn(user);
    const queue = await home.ask.make();
    await queue.send(1);
    world.kill(world.alive[0]!);
    const error = await assertRejects(() => other.ask.receive(queue, 2), ChannelClosedError);
    assertEquals((error.cause as Error).name, "HostLostError");
  });
});

Deno.test("A pipe's end works on a simulated worker, and the other hears of its death", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    const far = await system.spawn(user.with({ restart: "temporary" }));
    const [near, moved] = pipe<number>();
    far.tell.echo(moved);
    await near.send(3);
    assertEquals(await near.receive(), -3);
    world.kill(world.alive[0]!);
    const { cause } = await assertRejects(() => near.receive(), ChannelClosedError);
    assertEquals((cause as Error).name, "HostLostError");
  });
});
