/**
 * What programs take from the platform by its globals, while a world runs.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { Choices } from "../../testing/simulation/choices.ts";
import { pacesBy } from "../../testing/simulation/pace.ts";
import { World } from "../../testing/simulation/world.ts";

const context = new AsyncLocalStorage<string>();

Deno.test("A simulated timer, immediate or interval calls in the context in which it was set", async () => {
  const world = new World();
  const seen: unknown[] = [];
  await world.run(async () => {
    const see = (what: string) => seen.push([what, context.getStore()]);
    context.run("mine", () => {
      setTimeout(see, 1, "timeout");
      setImmediate(see, "immediate");
      const interval = setInterval(() => {
        see("interval");
        clearInterval(interval);
      }, 2);
    });
    await world.sleep(10);
  });
  assertEquals(seen, [["immediate", "mine"], ["timeout", "mine"], ["interval", "mine"]]);
});

Deno.test("Simulated timers fire in the order of their times, also when they are late", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new World({ paces: pacesBy(new Choices(seed)) });
    const fired: number[] = [];
    await world.run(async () => {
      for (const ms of [30, 10, 20, 10.5]) setTimeout(() => fired.push(ms), ms);
      for (const nth of [1, 2, 3]) setTimeout(() => fired.push(nth), 5);
      world.main.hang(100);
      await world.sleep(200);
    });
    assertEquals(fired, [1, 2, 3, 10, 10.5, 20, 30]);
  }
});

Deno.test("What was set in a simulation is taken back there, at no other time", async () => {
  const world = new World();
  const fired: string[] = [];
  const { promise: isFired, resolve: fire } = Promise.withResolvers<void>();
  const real = setTimeout(() => fired.push("a real one that was taken back"), 1);
  setTimeout(() => (fired.push("real"), fire()), 1);
  await world.run(async () => {
    clearTimeout(real);
    clearTimeout(setTimeout(() => fired.push("timeout"), 1));
    clearInterval(setInterval(() => fired.push("interval"), 1));
    clearImmediate(setImmediate(() => fired.push("immediate")));
    await world.sleep(10);
  });
  await isFired;
  assertEquals(fired, ["real"]);
});

Deno.test("A simulated time that is no number is none", async () => {
  const world = new World();
  await world.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, NaN));
    await new Promise((resolve) => setTimeout(resolve, -5));
    const signal = AbortSignal.timeout(20);
    await assertRejects(
      () => new Promise((_, reject) => signal.onabort = () => reject(signal.reason)),
      DOMException,
      "Signal timed out",
    );
  });
  assertEquals(Math.round(world.now), 20);
});
