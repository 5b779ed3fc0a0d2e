import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { keyed } from "../../mod.ts";
import { memoryStore, type MemoryStoreFaults, simulate } from "../../testing/mod.ts";
import { startStore, turn } from "../durable/store_kit.ts";

const tally = keyed(
  import.meta,
  { kind: "tally", state: () => ({ count: 0 }), reads: ["count"] },
  (context) => ({
    add: (by: number) => context.state.count += by,
    count: () => context.state.count,
  }),
);

Deno.test("memoryStore() says what is wrong with its options at once", () => {
  assertThrows(() => memoryStore(null as never), TypeError, "options");
  assertThrows(() => memoryStore({ durability: "x" as "disk" }), TypeError, "durability");
  assertThrows(
    () => memoryStore({ faults: { dies: 2 } }),
    RangeError,
    "Cannot create store: faults.dies must be from 0 to 1, received 2",
  );
  assertThrows(() => memoryStore({ faults: { slowMs: -1 } }), RangeError, "faults.slowMs");
});

Deno.test(
  "What a memoryStore() keeps outlives its system, and its thread",
  simulate({ seeds: 5, hosts: 1 }, async (world) => {
    const store = memoryStore();
    for (const run of [1, 2, 3]) {
      await using system = world.system({ store, kinds: [tally] });
      assertEquals(await system.at(tally, "a").ask.add(1), run);
      // That of the store, among others.
      for (const host of [1, 2]) world.kill(host);
      await world.sleep(1_000);
      assertEquals(await system.at(tally, "a").ask.count(), run);
    }
  }),
);

/** Each fault, and what a commit gives of which nothing, or all, is kept. */
const FAULTS: [fault: keyof MemoryStoreFaults, isKept: boolean, outcome: string][] = [
  ["refuses", false, "StoreError"],
  ["fails", false, "rejects"],
  ["loses", true, "rejects"],
  ["intrudes", false, "fenced"],
];

Deno.test.each(FAULTS)("A memoryStore() in which it $0", async (fault, isKept, expected) => {
  const store = memoryStore({ faults: { [fault]: 1 } });
  await using started = await startStore(store);
  const { ask } = started;
  const given = turn({ epoch: 0, version: 0, state: "1" });
  const outcome = await ask.commit([given]).then(
    ([outcome]) => outcome instanceof Error ? outcome.name : outcome,
    () => "rejects",
  );
  assertEquals(outcome, expected);
  if (fault === "fails") await assertRejects(() => ask.load("cart", "a"), Error, "asked for");
  store.calm();
  assertEquals((await ask.load("cart", "a")).state, isKept ? "1" : null);
});

Deno.test(
  "A memoryStore() that is slow, and dies, is found again",
  simulate({ seeds: 20, hosts: 1 }, async (world) => {
    const store = memoryStore({ faults: { slowMs: 50, dies: 0.3 } });
    await using system = world.system({ store, kinds: [tally] });
    let sum = 0;
    for (let n = 0; n < 10; n++) {
      const answer = await system.at(tally, "a").ask.add(1).catch(() => null);
      if (answer !== null) assert(answer > sum, `${answer} after ${sum}`);
      sum = answer ?? sum;
    }
    store.calm();
    assert(await system.at(tally, "a").ask.count() >= sum);
  }),
);
