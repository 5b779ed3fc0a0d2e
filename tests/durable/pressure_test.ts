import { assert, assertEquals } from "@std/assert";
import { ActorSystem, keyed } from "../../mod.ts";
import { MOST_WAITING } from "../../actors/keyed/_store_client.ts";
import { sqlite } from "../../durable/mod.ts";
import { inVirtualTime } from "../simulation/simulated.ts";
import { durabilities, hindered } from "./fixtures/hindered.ts";

/** Turns that were handled, in this process. */
let handled = 0;

const wide = keyed(import.meta, { kind: "wide", state: () => 0 }, (context) => ({
  add() {
    handled++;
    return ++context.state;
  },
}));

const quick = keyed(
  import.meta,
  { kind: "quick", state: () => 0, durability: "process" },
  (context) => ({ add: () => ++context.state }),
);

inVirtualTime(
  "A slow disk: so many turns wait for their commit, and no more are begun",
  async () => {
    handled = 0;
    const store = hindered(sqlite(":memory:"), { commitMs: 1_000 });
    await using system = new ActorSystem({ workers: 0, store, kinds: [wide] });
    let answered = 0;
    let most = 0;
    const asks = Array.from({ length: 200 * 100 }, async (_, at) => {
      const ref = system.at(wide, `${at % 200}`).with({ timeoutMs: Infinity });
      const count = await ref.ask.add();
      answered++;
      most = Math.max(most, handled - answered);
      return count;
    });
    const counts = await Promise.all(asks);
    // Whatever the pace, each actor has counted its own.
    assertEquals(counts.slice(-200), new Array(200).fill(100));
    assert(most > 1_000 && most <= MOST_WAITING + 200, `${most}`);
  },
);

inVirtualTime(
  "What a kind says of the safety of its commits counts before what its store says",
  async () => {
    durabilities.length = 0;
    const store = hindered(sqlite(":memory:", { durability: "disk" }), {});
    await using system = new ActorSystem({ workers: 0, store, kinds: [wide, quick] });
    await system.at(quick, "a").ask.add();
    await system.at(wide, "a").ask.add();
    assertEquals(durabilities, ["quick process", "wide disk"]);
  },
);
