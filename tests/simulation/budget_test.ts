import { assertEquals, assertRejects } from "@std/assert";
import { actor, type ActorRef, ActorSystem, HostLostError } from "../../mod.ts";
import { World } from "../../testing/simulation/world.ts";

/** What each life of {@linkcode doomed} does first. */
let begin = () => {};

const doomed = actor(import.meta, () => {
  begin();
  return {
    live: () => {},
    never: () => new Promise<never>(() => {}),
    fail(): never {
      throw new RangeError("failed");
    },
  };
});

type Doomed = ActorRef<{ live(): void; never(): Promise<never>; fail(): never }>;

const ENDS = ["fail", "lose"] as const;
type End = typeof ENDS[number];

/** Ends a life of the only actor of a world. */
async function end(world: World, ref: Doomed, how: End): Promise<void> {
  if (how === "fail") return void await assertRejects(() => ref.ask.fail(), RangeError);
  const lost = assertRejects(() => ref.ask.never(), HostLostError);
  await world.sleep(5);
  world.kill(world.alive.at(-1)!);
  await lost;
}

/** All sequences of four ends. */
const MIXES = Array.from(
  { length: 16 },
  (_, bits) => [0, 1, 2, 3].map((place): End => ENDS[bits >> place & 1]!),
);

Deno.test.each(MIXES.map((mix) => ({ mix, steps: mix.join(", ") })))(
  "The fourth end of a life within five seconds is the last one: $steps",
  async ({ mix }) => {
    const world = new World();
    const restarts: number[] = [];
    await world.run(async () => {
      await using system = new ActorSystem({ workers: 1 });
      system.addEventListener("restart", ({ detail }) => restarts.push(detail.restarts));
      const ref: Doomed = await system.spawn(doomed);
      for (const how of mix) {
        await ref.ask.live();
        await end(world, ref, how);
      }
      const { kind } = await ref.exited;
      assertEquals(kind, mix.at(-1) === "fail" ? "error" : "host-lost");
    });
    assertEquals(restarts, [1, 2, 3]);
  },
);

Deno.test("Ends of lives of more than five seconds ago do not count, also on another thread", async () => {
  const world = new World();
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref: Doomed = await system.spawn(doomed);
    for (const how of ["fail", "lose", "fail", "lose", "lose", "fail", "fail"] as const) {
      await end(world, ref, how);
      await ref.ask.live();
      await world.sleep(2_000);
    }
    await world.sleep(1_000);
    for (const how of ["lose", "fail"] as const) {
      await end(world, ref, how);
      await ref.ask.live();
    }
    await end(world, ref, "lose");
    assertEquals((await ref.exited).kind, "host-lost");
  });
});

Deno.test("A failure counts although the next life ends the thread at once", async () => {
  const world = new World();
  let lives = 0;
  begin = () => {
    if (++lives > 1) world.kill(world.alive.at(-1)!);
  };
  await world.run(async () => {
    await using system = new ActorSystem({ workers: 1 });
    const ref = await system.spawn(doomed);
    await assertRejects(() => ref.ask.fail(), RangeError);
    assertEquals((await ref.exited).kind, "host-lost");
  });
  begin = () => {};
  // The first one, after the failure, and after two losses.
  assertEquals(lives, 4);
});
