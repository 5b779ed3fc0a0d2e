import { frameless } from "../../channels/vocabulary/frameless.ts";
import { runSeed, type SeedProgram, type SeedRun } from "./seed_run.ts";
import { shrink } from "./shrink.ts";

/** A program failed with a seed. `cause` is what it failed of. */
export class SimulationError extends Error {
  /** Tells it from other errors. */
  override readonly name = "SimulationError";
  /** With which seed. */
  readonly seed: number;
  /** What went wrong in the world and was needed for it, as far as was found. */
  readonly faults: readonly string[];
  /** Two runs with the same one were alike, event by event. */
  readonly hash: string;

  /** Says how to see it again. */
  constructor(run: SeedRun, least: SeedRun) {
    const { error } = least.failure!;
    super(messageOf(run, least), { cause: error });
    this.seed = run.seed;
    this.faults = least.faults.map(({ text }) => text);
    this.hash = least.hash;
  }
}

/** Looks for as few faults as are needed for a failure, and says what happened then. */
export async function failureOf(program: SeedProgram, run: SeedRun): Promise<SimulationError> {
  const kind = kindOf(run);
  let least = run;
  await shrink(run.faults.map(({ number }) => number), async (some) => {
    const fewer = await runSeed(program, run.seed, new Set(some));
    const failsAlike = fewer.failure !== null && kindOf(fewer) === kind;
    if (failsAlike) least = fewer;
    return failsAlike;
  });
  return frameless(() => new SimulationError(run, least));
}

function kindOf({ failure }: SeedRun): string {
  return failure?.error instanceof Error ? failure.error.name : "thrown";
}

function messageOf(run: SeedRun, least: SeedRun): string {
  const { error } = least.failure!;
  const why = error instanceof Error ? `${error.name}: ${error.message}` : Deno.inspect(error);
  const few = least.faults.length === 0
    ? "without any fault"
    : `with ${least.faults.length} of ${run.faults.length} faults`;
  const faults = least.faults.map(({ text }) => `  ${text}\n`).join("");
  return `Seed ${run.seed} fails ${few}: ${why}\n${faults}` +
    `Replay it: TROUPE_SEED=${run.seed}, or simulate({ seed: ${run.seed} }). ` +
    `It fails at ${least.ms.toFixed(3)} ms, with hash ${least.hash}. The last events:\n` +
    least.history().join("\n");
}
