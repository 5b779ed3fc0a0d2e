import { assert, assertEquals } from "@std/assert";
import { Pool, task } from "../../../mod.ts";
import { below, calm, Ledger, nameOf, oneOf, type Scenario, STORM } from "../scenario.ts";

const square = task(import.meta, async (n: number, ms: number) => {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  if (n < 0) throw new RangeError("negative");
  return n * n;
});

const LOST = ["HostLostError", "TimeoutError", "PoolClosedError"];

/** Results are right and in order, or the caller hears that they are lost; the pool goes on afterwards. */
export const pools: Scenario = {
  name: "pools give all results in order",
  hosts: 2,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const retries = oneOf([0, 2, 1_000]);
    await using pool = new Pool({ system, workers: 1 + below(3), retries });
    let losses = 0;
    system.addEventListener(
      "host",
      ({ detail }) => void (losses += detail.state === "lost" ? 1 : 0),
    );
    const ledger = new Ledger();
    for (let round = 0; round < 8; round++) {
      const items = Array.from({ length: below(12) }, (_, n) => n);
      const ms = below(4);
      const calls = items.map((n): [number, number] => [n, ms]);
      const right = items.map((n) => n * n);
      const choices = [
        async () => assertEquals(await pool.starmap(square, calls), right),
        async () => assertEquals(await pool.run(square, 5, ms), 25),
        async () => {
          const name = await pool.run(square, -5, ms).catch(nameOf);
          assert(typeof name === "string" && ["RangeError", ...LOST].includes(name), `${name}`);
        },
      ];
      void ledger.add("work", oneOf(choices)(), ...LOST);
      await world.sleep(Math.random() * 30);
    }
    await ledger.settle(world, 120_000);
    await calm(world);
    const all = await pool.starmap(square, [[3, 1], [4, 0], [5, 1]]).catch(nameOf);
    // Five workers in a row that died as they started have broken it for good.
    if (all === "HostLostError") {
      assertEquals(await pool.run(square, 1, 0).catch(nameOf), all);
      assert(losses >= 5, `broken after ${losses} losses`);
    } else {
      assertEquals(all, [9, 16, 25]);
    }
    pool.close();
    await pool.join();
    assert((await pool.run(square, 1, 0).catch(({ name }) => name)) === "PoolClosedError");
  },
};
