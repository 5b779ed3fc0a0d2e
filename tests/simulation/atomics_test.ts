/**
 * Waits on shared memory among simulated threads.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { World } from "../../testing/simulation/world.ts";

/** Runs a program in a world; `on` runs something on a thread of its own. */
async function inWorld(
  program: (world: World, on: (name: string, begin: () => void) => void) => Promise<void>,
): Promise<World> {
  const world = new World();
  await world.run(() =>
    program(world, (name, begin) => void world.startThread({ name, onError() {} }, begin))
  );
  return world;
}

const words = () => new Int32Array(new SharedArrayBuffer(16));

Deno.test("A simulated thread that waits is woken by another one, those that waited first before others", async () => {
  const memory = words();
  const log: string[] = [];
  await inWorld(async (world, on) => {
    for (const name of ["one", "two", "three"]) {
      on(name, () => {
        const wait = Atomics.waitAsync(memory, 1, 0);
        void Promise.resolve(wait.value).then((outcome) => log.push(`${name} ${outcome}`));
      });
    }
    await world.sleep(1);
    log.push(`${Atomics.notify(memory, 0)} ${Atomics.notify(memory, 1, 0)}`);
    log.push(`${Atomics.notify(memory, 1, 2)}`);
    await world.sleep(1);
    log.push(`${Atomics.notify(memory, 1)} ${Atomics.notify(memory, 1)}`);
    await world.sleep(1);
  });
  assertEquals(log, ["0 0", "2", "one ok", "two ok", "1 0", "three ok"]);
});

Deno.test("A simulated wait looks first, and is over with its time", async () => {
  const memory = words();
  const world = await inWorld(async () => {
    assertEquals(Atomics.waitAsync(memory, 0, 7), { async: false, value: "not-equal" });
    assertEquals(Atomics.waitAsync(memory, 0, 0, 0), { async: false, value: "timed-out" });
    assertEquals(await Atomics.waitAsync(memory, 0, 0, 250).value, "timed-out");
    assertEquals(Atomics.notify(memory, 0), 0);
  });
  assertEquals(Math.floor(world.now), 250);
});

Deno.test("A simulated wait on words of 64 bits is woken at its own place", async () => {
  await inWorld(async () => {
    const memory = new BigInt64Array(new SharedArrayBuffer(32));
    const { value } = Atomics.waitAsync(memory, 1, 0n, 100);
    assertEquals(Atomics.notify(memory, 2), 0);
    assertEquals(Atomics.notify(new BigInt64Array(memory.buffer, 8), 0), 1);
    assertEquals(await value, "ok");
  });
});

Deno.test("A simulated thread that dies waits no more", async () => {
  const memory = words();
  await inWorld(async (world, on) => {
    on("one", () => void Atomics.waitAsync(memory, 0, 0, 1_000));
    await world.sleep(1);
    world.kill(world.alive[0]!);
    assertEquals(Atomics.notify(memory, 0), 0);
    await world.sleep(2_000);
  });
});

Deno.test("A simulated wait that would block is refused, and real ones are back afterwards", async () => {
  const { wait, waitAsync, notify } = Atomics;
  await inWorld(() => {
    assertThrows(() => Atomics.wait(words(), 0, 0, 1), TypeError, "would block all of its threads");
    return Promise.resolve();
  });
  assertEquals([Atomics.wait, Atomics.waitAsync, Atomics.notify], [wait, waitAsync, notify]);
});
