import { assertEquals } from "@std/assert";
import { wreak } from "./chaos.ts";

Deno.test("Everything is accounted for after five seconds in which threads are killed at random", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  console.log(`seed ${seed}`);
  const report = await wreak(5, seed);
  assertEquals(report.wrong, [], `seed ${seed}: ${JSON.stringify(report)}`);
});
