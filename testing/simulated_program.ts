import { brokenRules } from "./simulation/rules.ts";
import type { FaultCounts } from "./simulation/faults.ts";
import type { SeedProgram } from "./simulation/seed_run.ts";
import type { World } from "./simulation/world.ts";
import { ProgramWorld } from "./_program_world.ts";
import type { SimulatedWorld } from "./simulated_world.ts";

/** Virtual time after a program, in which the last threads end. */
const END_MS = 10_000;

/** A user's program as it runs with each seed. */
export function simulatedProgram(
  hosts: number,
  faults: FaultCounts,
  program: (world: SimulatedWorld) => Promise<void>,
  checks = false,
): SeedProgram {
  return {
    faults,
    async run(world, seed, calm) {
      const simulated = new ProgramWorld(world, seed, hosts, calm);
      await program(simulated);
      calm();
      if (checks) await checkRules(world);
      await simulated.end();
      await world.sleep(END_MS);
      checkNothingIsLeft(world);
    },
  };
}

async function checkRules(world: World): Promise<void> {
  await world.sleep(END_MS);
  const broken = brokenRules([world.main, ...world.alive]);
  if (broken.length > 0) throw new Error(`Rules of the package are broken:\n${broken.join("\n")}`);
}

function checkNothingIsLeft({ alive, locks }: World): void {
  if (alive.length > 0) {
    throw new Error(`Workers are left after the program: ${alive.map(({ name }) => name)}`);
  }
  if (locks.held.length > 0) throw new Error(`Locks are held after the program: ${locks.held}`);
}
