import { checkCount, checkFunction, checkOptions } from "../channels/vocabulary/checks.ts";
import { failureOf } from "./simulation/failure.ts";
import { type Count, FAULT_KINDS, type FaultCounts } from "./simulation/faults.ts";
import { runSeed, type SeedProgram } from "./simulation/seed_run.ts";
import { simulatedProgram } from "./simulated_program.ts";
import type { SimulatedWorld } from "./simulated_world.ts";

/** Options for {@linkcode simulate}. */
export interface SimulateOptions {
  /**
   * How many seeds are tried, from 1 on.
   *
   * @default {100}
   */
  seeds?: number | undefined;
  /** Only this seed, which failed before. The environment variable `TROUPE_SEED` does the same. */
  seed?: number | undefined;
  /**
   * Workers of a system of the world.
   *
   * @default {2}
   */
  hosts?: number | undefined;
  /**
   * What goes wrong.
   *
   * @default nothing but what the program does itself
   */
  faults?: FaultCounts | undefined;
  /**
   * Whether rules of this package itself are checked at the end of the program, ten seconds after the last fault: that
   * somebody answers each request, both sides know each link, and what was placed on a worker lives there.
   *
   * @default {false}
   */
  checks?: boolean | undefined;
}

/**
 * The body of a test that runs a program once for each seed, in a world in which all threads and the time are
 * simulated: how quick threads are, in which order things happen, and which workers die when.
 *
 * The program is an ordinary one, and so are the definitions that it uses. Its systems are started with
 * {@linkcode SimulatedWorld.system}. What it throws, workers that are left at its end, and what nobody caught is a
 * failure.
 *
 * The world begins on the first of January 2026; `Date`, timers, `Math.random` and the random values of `crypto` are its
 * own. Threads share their modules, so a variable of a module is the same one in all; what a killed worker was doing
 * goes on up to its next `await`. Input and output are not simulated, nor are waits that block, which are refused.
 *
 * @param options How often, with how many workers, and what goes wrong.
 * @param program Is run once for each seed. It must not depend on anything but its world.
 * @returns Rejects with a {@linkcode SimulationError} at the first seed that fails: it says how to see it again, with
 * as few faults as were found to be enough, and the last 40 events.
 * @throws {TypeError} when an option is not what it should be.
 * @throws {RangeError} when a number is out of range.
 */
export function simulate(
  options: SimulateOptions,
  program: (world: SimulatedWorld) => Promise<void>,
): () => Promise<void> {
  checkOptions("simulate", options);
  checkFunction("simulate", "program", program);
  const { seeds = 100, hosts = 2, faults = {}, checks = false } = options;
  checkCount("simulate", "seeds", seeds, 1);
  checkCount("simulate", "seed", options.seed, 0);
  checkCount("simulate", "hosts", hosts, 0);
  checkFaults(faults);
  return async () => {
    const only = options.seed ?? seedGiven();
    const [first, last] = only === undefined ? [1, seeds] : [only, only];
    const simulated = simulatedProgram(hosts, faults, program, checks);
    for (let seed = first; seed <= last; seed++) await trySeed(simulated, seed);
  };
}

async function trySeed(program: SeedProgram, seed: number): Promise<void> {
  const run = await runSeed(program, seed);
  if (run.failure !== null) throw await failureOf(program, run);
}

function checkFaults(faults: FaultCounts): void {
  checkOptions("simulate", faults);
  for (const [kind, count] of Object.entries(faults) as [string, Count | undefined][]) {
    if (!(FAULT_KINDS as readonly string[]).includes(kind)) {
      throw new TypeError(
        `Cannot simulate: there is no fault "${kind}"; there are ${FAULT_KINDS.join(", ")}`,
      );
    }
    if (count === undefined) continue;
    const range: readonly unknown[] = Array.isArray(count) ? count : [count, count];
    if (range.length !== 2 || range.includes(undefined)) {
      const received = Deno.inspect(count);
      throw new RangeError(
        `Cannot simulate: faults.${kind} must be a number or [least, most], received ${received}`,
      );
    }
    const [least, most] = range as [number, number];
    checkCount("simulate", `faults.${kind}`, least, 0);
    checkCount("simulate", `faults.${kind}`, most, least);
  }
}

/** What `TROUPE_SEED` says, where that may be read. */
function seedGiven(): number | undefined {
  const variable = "TROUPE_SEED";
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  const text = state === "granted" ? Deno.env.get(variable) : undefined;
  if (text === undefined || text === "") return undefined;
  const seed = Number(text);
  checkCount("simulate", variable, seed, 0);
  return seed;
}
