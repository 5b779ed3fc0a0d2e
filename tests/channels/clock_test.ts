import { assertEquals } from "@std/assert";
import { systemClock } from "../../channels/thread/clock.ts";
import { until, within } from "../testing.ts";

Deno.test("systemClock.soon() calls each callback once, whenever it is asked", async () => {
  let asked = 0;
  let called = 0;
  // A number that is the same in each run: which callback asks for how many more.
  let seed = 1;
  const draw = (below: number) => (seed = seed * 48_271 % 2_147_483_647) % below;
  const soon = (depth: number) => {
    asked++;
    systemClock.soon(() => {
      called++;
      ask(depth - 1);
    });
  };
  const ask = (depth: number) => {
    if (depth === 0) return;
    for (let left = draw(3); left > 0; left--) soon(depth);
    if (draw(3) > 0) return;
    let later = Promise.resolve();
    for (let left = draw(3); left > 0; left--) later = later.then();
    later.then(() => soon(depth));
  };
  for (let round = 0; round < 2_000; round++) {
    soon(8);
    if (round % 3 > 0) await null;
    if (round % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await until(20_000, "all callbacks", () => called === asked);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(called, asked);
});

Deno.test("systemClock.soon() is asked again some microtasks after a callback that asked", async () => {
  for (let hops = 0; hops < 6; hops++) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const last = () => systemClock.soon(resolve);
    const inner = async () => {
      for (let hop = 0; hop < hops; hop++) await null;
      last();
    };
    systemClock.soon(() => systemClock.soon(() => void inner()));
    await within(20_000, `the callback after ${hops} microtasks`, promise);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
});
