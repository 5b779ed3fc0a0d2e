import { assert, assertEquals } from "@std/assert";
import { shrink } from "../../testing/simulation/shrink.ts";

/** Shrinks the numbers from 1 to `count`, as long as some are among them; says in how many runs. */
async function shrunk(count: number, needed: readonly number[]) {
  let runs = 0;
  const all = Array.from({ length: count }, (_, at) => at + 1);
  const left = await shrink(all, (some) => {
    runs++;
    return Promise.resolve(needed.every((each) => some.includes(each)));
  });
  return { left, runs };
}

Deno.test("Faults that a failure does not need are left out", async () => {
  assertEquals((await shrunk(15, [3, 12])).left, [3, 12]);
  assertEquals((await shrunk(1, [])).left, []);
  assertEquals((await shrunk(40, [40])).left, [40]);
});

Deno.test("A failure without any fault takes one run to see", async () => {
  assertEquals(await shrunk(40, []), { left: [], runs: 1 });
  assertEquals(await shrunk(0, []), { left: [], runs: 0 });
});

Deno.test("The search for fewer faults gives up after 60 runs, with what is enough", async () => {
  const needed = Array.from({ length: 50 }, (_, at) => 2 * at + 1);
  const { left, runs } = await shrunk(100, needed);
  assertEquals(runs, 60);
  assert(needed.every((each) => left.includes(each)));
});
