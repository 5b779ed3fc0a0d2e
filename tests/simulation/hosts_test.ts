import { assert, assertEquals, assertRejects } from "@std/assert";
import { actor, type ActorRef, ActorSystem, HostLostError } from "../../mod.ts";
import { Choices } from "../../testing/simulation/choices.ts";
import { pacesBy } from "../../testing/simulation/pace.ts";
import type { SimulatedThread } from "../../testing/simulation/thread.ts";
import { World } from "../../testing/simulation/world.ts";

/** Counts; each life begins anew. */
const counter = actor(import.meta, () => {
  let count = 0;
  return {
    add: (by = 1) => count += by,
    never: () => new Promise<never>(() => {}),
    fail(): never {
      throw new RangeError("failed");
    },
    die: () => void Promise.reject(new RangeError("uncaught")),
    leave: () => void close(),
    rest: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
});

/** Asks another actor. */
const client = actor(import.meta, () => ({
  addTo: (ref: ActorRef<{ add(by: number): number }>, by: number) => ref.ask.add(by),
}));

Deno.test.each(["web", "thread"] as const)(
  "A simulated %s worker runs an actor",
  async (worker) => {
    const world = new World();
    await world.run(async () => {
      await using system = new ActorSystem({ workers: 2, worker });
      const ref = await system.spawn(counter);
      assertEquals(world.alive.map(({ name }) => name), ["troupe host 1"]);
      ref.tell.add(2);
      assertEquals(await ref.ask.add(3), 5);
      const error = await assertRejects(() => ref.ask.fail(), RangeError);
      assertEquals(error.message, "failed");
    });
    assertEquals(world.alive, []);
    assertEquals(world.locks.held, []);
  },
);

Deno.test("A simulated worker holds its life before it can die", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const world = new World({ paces: pacesBy(new Choices(seed)) });
    await world.run(async () => {
      await using system = new ActorSystem({ workers: 1 });
      const spawning = system.spawn(counter);
      while (world.alive.length === 0) await world.sleep(0.01);
      const [worker] = world.alive as [SimulatedThread];
      assert(!world.canDie(worker));
      await spawning;
      assert(world.canDie(worker));
      world.kill(worker);
      assert(!world.canDie(worker));
    });
  }
});

Deno.test("Two simulated workers reach each other", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    const [near, far] = [await system.spawn(client), await system.spawn(counter)];
    assertEquals(world.alive.length, 2);
    assertEquals(await near.ask.addTo(far, 4), 4);
    assertEquals(await near.ask.addTo(far, 5), 9);
  });
});

Deno.test("An actor of a simulated worker that is killed is lost, and starts again", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 2 });
    const ref = await system.spawn(counter);
    ref.tell.add(7);
    const lost = assertRejects(() => ref.ask.never(), HostLostError);
    await world.sleep(5);
    world.kill(world.alive[0]!);
    await lost;
    assertEquals(await ref.ask.add(1), 1);
    assertEquals(world.workers.map(({ isAlive }) => isAlive), [false, true]);
  });
});

Deno.test("A simulated worker that ends by itself is lost", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(counter.with({ restart: "temporary" }));
    await assertRejects(() => ref.ask.leave(), HostLostError);
    assertEquals((await ref.exited).kind, "host-lost");
  });
});

Deno.test("A simulated worker that dies of an error says of which", async () => {
  const world = new World();
  const errors: unknown[] = [];
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    system.addEventListener("error", (event) => {
      event.preventDefault();
      errors.push((event.detail.error as Error).message);
    });
    const ref = await system.spawn(counter);
    await ref.ask.die().catch(() => {});
    await world.sleep(100);
  });
  assertEquals(errors, ["uncaught"]);
});

Deno.test("Timers of a simulated thread are virtual, and end with it", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(counter);
    const began = Date.now();
    await ref.ask.rest(5_000);
    assert(Date.now() >= began + 5_000);
    const lost = assertRejects(() => ref.ask.rest(5_000), HostLostError);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    world.kill(world.alive[0]!);
    await lost;
    assert(Date.now() < began + 7_000);
    assertEquals(await ref.ask.add(), 1);
  });
});

Deno.test("Half a minute of virtual time takes no real one", async () => {
  const world = new World();
  const began = performance.now();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(counter);
    const error = await assertRejects(() => ref.ask.never(), DOMException);
    assertEquals(error.name, "TimeoutError");
  });
  assert(world.now >= 30_000, `${world.now}`);
  assert(performance.now() - began < 10_000);
});
