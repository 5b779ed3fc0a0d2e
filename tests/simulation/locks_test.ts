/**
 * Locks of simulated threads that die.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { thread } from "../../channels/thread/thread.ts";
import { World } from "../../testing/simulation/world.ts";

Deno.test("What a dead thread held is not given back once more when it would have been", async () => {
  const world = new World();
  const log: string[] = [];
  const hold = (name: string, until: Promise<void>) =>
    void thread().platform.locks.request("lock", {}, () => {
      log.push(name);
      return until;
    });
  await world.run(async () => {
    const { promise: forEver } = Promise.withResolvers<void>();
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    for (const [name, until] of [["one", left], ["two", forEver], ["three", forEver]] as const) {
      world.startThread({ name, onError() {} }, () => hold(name, until));
    }
    await world.sleep(1);
    assertEquals(log, ["one"]);
    world.kill(world.alive[0]!);
    await world.sleep(1);
    assertEquals(log, ["one", "two"]);
    leave();
    await world.sleep(1);
    assertEquals(log, ["one", "two"]);
    world.kill(world.alive[0]!);
    await world.sleep(1);
    assertEquals(log, ["one", "two", "three"]);
  });
});
