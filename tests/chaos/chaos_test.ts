import { assert, assertEquals } from "@std/assert";
import { wreak } from "./chaos.ts";

Deno.test({
  name: "Everything is accounted for after five seconds in which threads are killed at random",
  // The port of a queue in a message that a dying thread never reads stays open: nothing tells of it.
  sanitizeResources: false,
  async fn() {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    console.log(`seed ${seed}`);
    const report = await wreak(5, seed);
    assertEquals(report.wrong, [], `seed ${seed}: ${JSON.stringify(report)}`);
    assert(report.kills > 5 && report.acknowledged > 100 && report.items > 100);
  },
});
