import { Choices } from "./choices.ts";
import { type FaultCounts, Faults, type HappenedFault } from "./faults.ts";
import { pacesBy } from "./pace.ts";
import { World } from "./world.ts";

/** How a program goes with one seed. */
export interface SeedRun {
  readonly seed: number;
  /** Why it failed; `null` when it did not. */
  readonly failure: { readonly error: unknown } | null;
  /** Those that happened, in order. */
  readonly faults: readonly HappenedFault[];
  /** How many events there were. */
  readonly steps: number;
  /** Virtual milliseconds. */
  readonly ms: number;
  /** Two runs with the same one were alike, event by event. */
  readonly hash: string;
  /** The last events, a line each. */
  history(): string[];
}

/** What can run with any seed. */
export interface SeedProgram {
  readonly faults: FaultCounts;
  /** Runs in a world; calls `calm` once nothing is to go wrong any more. */
  run(world: World, seed: number, calm: () => void): Promise<void>;
}

/**
 * Runs a program with a seed.
 *
 * @param only Numbers of the faults that happen; all of them without.
 */
export async function runSeed(
  program: SeedProgram,
  seed: number,
  only: ReadonlySet<number> | null = null,
): Promise<SeedRun> {
  const choices = new Choices(seed);
  const world = new World({ paces: pacesBy(choices) });
  const faults = new Faults(world, choices, program.faults, only);
  let failure: SeedRun["failure"] = null;
  try {
    await world.run(() => program.run(world, seed, () => faults.end()));
  } catch (error) {
    failure = { error };
  }
  return {
    seed,
    failure,
    faults: faults.happened,
    steps: world.steps,
    ms: world.now,
    hash: world.history.hash,
    history: () => world.history.lines(),
  };
}
