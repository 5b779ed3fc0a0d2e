/**
 * `deno task chaos [--seconds 30] [--seed 1]`: kills threads at random and says whether all is accounted for.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { wreak } from "./chaos.ts";

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { seconds: { type: "string" }, seed: { type: "string" } },
  });
  const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  const seconds = Number(values.seconds ?? 30);
  console.log(`seed ${seed}, ${seconds} seconds`);
  const report = await wreak(seconds, seed);
  console.log(report);
  if (report.wrong.length > 0) Deno.exit(1);
}
