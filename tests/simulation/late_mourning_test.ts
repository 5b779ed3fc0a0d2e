/**
 * What a worker says that hears of a loss late: when it is decided already that the lost one is back.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { actor, type ActorRef, keyed, type KeyedRef } from "../../mod.ts";
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

type Diary = KeyedRef<{ add(n: number): number[]; greet(near: string): Promise<void> }>;

const diary = keyed(import.meta, { kind: "late-diary" }, (context) => {
  const all: number[] = [];
  return {
    add(n: number) {
      all.push(n);
      return all;
    },
    greet: async (name: string) => void await (await context.find<typeof writer>(name))!.ask.hear(),
  };
});

const writer = actor(import.meta, (context) => ({
  hear() {},
  write(key: string) {
    const ref: Diary = context.system.at(diary, key);
    ref.tell.add(1);
    return ref.ask.add(2);
  },
})).with({ concurrency: 10, name: "late-writer" });

Deno.test(
  "What a worker sends to a lost one that is back already keeps its order",
  simulate({ seeds: 20, hosts: 2, checks: true }, async (world) => {
    const system = world.system();
    const near = await system.spawn(writer);
    const neighbour = await system.spawn(adder.with({ near }));
    const host = Number(neighbour.id.match(/(\d+)\.\d+$/)![1]);
    const keys = ["a", "b", "c", "d", "e", "f"];
    for (const key of keys) await system.at(diary, key).ask.greet("late-writer");
    world.hang(host, 8_000);
    world.kill(3 - host);
    await world.sleep(7_000);
    // So that those that are back reach for the one that hangs before that knows of it.
    const greeted = keys.map((key) => system.at(diary, key).ask.greet("late-writer"));
    await world.sleep(100);
    const written = await Promise.all(keys.map((key) => near.ask.write(key)));
    assertEquals(written, keys.map(() => [1, 2]));
    await Promise.all(greeted);
  }),
);
