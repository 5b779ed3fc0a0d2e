/**
 * What a worker says that hears of a loss late: when it is decided already that the lost one is back.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { actor, type ActorRef } from "../../mod.ts";
import { simulate } from "../../testing/mod.ts";

type Adder = ActorRef<{ add(by: number): number }>;

const adder = actor(import.meta, () => {
  let sum = 0;
  return { add: (by: number) => sum += by };
});

const client = actor(import.meta, () => ({
  add: (ref: Adder, by: number) => ref.ask.add(by),
})).with({ concurrency: 10 });

Deno.test(
  "A worker that hears late of a loss reaches what is back",
  simulate({ seeds: 20, hosts: 2, checks: true }, async (world) => {
    const system = world.system();
    const near = await system.spawn(client);
    const far: Adder = await system.spawn(adder);
    await near.ask.add(far, 1);
    // It is waited for its word no longer than shutdownMs and a second.
    world.hang(1, 8_000);
    world.kill(2);
    await world.sleep(7_000);
    assertEquals(await far.ask.add(10), 10);
    const asks = [1, 2, 3].map((by) => near.ask.add(far, by).catch(({ name }: Error) => name));
    await Promise.all(asks);
    assertEquals(typeof await near.ask.add(far, 0), "number");
  }),
);
