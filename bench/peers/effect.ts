import type { Starts } from "../harness/absent.ts";
import type { Player } from "../harness/workload.ts";
import { runProgram } from "./program.ts";

const SCRIPT = new URL("./effect_counters.ts", import.meta.url).pathname;
const LOCK = new URL("../deno.lock", import.meta.url).pathname;

/**
 * Counters of Effect's cluster whose messages are in SQLite, a new process for each run: its driver is native code, which
 * the benchmarks themselves may not load.
 *
 * @param newFile Gives a database that is not there yet.
 * @param keys How many counters are asked at the same time.
 * @param runMs How long each is asked again.
 */
export function peers(newFile: () => string, keys: number, runMs: number): Starts<Player> {
  const name = "Effect cluster, persisted messages";
  const args = ["run", "--quiet", "--no-check", `--lock=${LOCK}`, "--allow-all", SCRIPT];
  const rateOf = (keys: number, runMs: number) =>
    runProgram(Deno.execPath(), [...args, newFile(), `${keys}`, `${runMs}`]);
  return {
    async [name]() {
      await rateOf(1, 1);
      return { name, role: "peer", run: async () => [await rateOf(keys, runMs)] };
    },
  };
}
