/**
 * Each scenario with some seeds; `deno task simulate` runs them with as many as there is time for.
 *
 * @module
 */
import { failureOf } from "../../testing/simulation/failure.ts";
import { runSeed } from "../../testing/simulation/seed_run.ts";
import { simulatedProgram } from "../../testing/simulated_program.ts";
import { scenarios } from "./scenarios.ts";

const SEEDS = 4;

for (const { name, hosts, faults, run } of scenarios) {
  Deno.test(`Scenario: ${name}`, async () => {
    const program = simulatedProgram(hosts, faults, run, true);
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await runSeed(program, seed);
      if (result.failure !== null) throw await failureOf(program, result);
    }
  });
}
