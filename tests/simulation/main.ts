/**
 * Runs all scenarios with one seed after the other, and says which failed:
 *
 *     deno task simulate [--minutes 1] [--seed 4711] [--seeds 1] [--scenario queues] ...
 *
 * Without `--seed` it begins with one that the clock gives, so that each run tries others; with it, it runs that one, or
 * as many as `--seeds` says. `--scenario` names those whose name contains it. With `--first` it ends after a seed that
 * fails.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { failureOf } from "../../testing/simulation/failure.ts";
import { runSeed, type SeedProgram } from "../../testing/simulation/seed_run.ts";
import { simulatedProgram } from "../../testing/simulated_program.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

/** How a scenario did. */
class Score {
  readonly name: string;
  readonly program: SeedProgram;
  seeds = 0;
  failed = 0;
  #events = 0;
  #faults = 0;
  #seconds = 0;
  #virtualSeconds = 0;

  constructor({ name, hosts, faults, run }: Scenario) {
    this.name = name;
    this.program = simulatedProgram(hosts, faults, run, true);
  }

  async try(seed: number): Promise<void> {
    const began = performance.now();
    const run = await runSeed(this.program, seed);
    this.#seconds += (performance.now() - began) / 1_000;
    this.seeds++;
    this.#events += run.steps;
    this.#faults += run.faults.length;
    this.#virtualSeconds += run.ms / 1_000;
    if (run.failure === null) return;
    this.failed++;
    const { message } = await failureOf(this.program, run);
    console.log(`${this.name}\n${message}\n`);
    console.log(run.failure.error);
  }

  toString(): string {
    const perSeed = (1_000 * this.#seconds / this.seeds).toFixed(1);
    const perSecond = Math.round(this.#events / this.#seconds);
    return `${this.name}: ${this.seeds} seeds, ${this.failed} failed, ${this.#events} events, ` +
      `${this.#faults} faults; ${perSeed} ms a seed, ${perSecond} events/s, ` +
      `${Math.round(this.#virtualSeconds / this.#seconds)} x real time`;
  }
}

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string" },
    seeds: { type: "string" },
    scenario: { type: "string", default: "" },
    first: { type: "boolean", default: false },
  },
});
const scores = scenarios.filter(({ name }) => name.includes(values.scenario))
  .map((scenario) => new Score(scenario));
if (scores.length === 0) throw new Error(`There is no scenario "${values.scenario}"`);
const first = Number(values.seed ?? Date.now() % 2 ** 31);
const count = Number(values.seeds ?? (values.seed === undefined ? Infinity : 1));
const end = performance.now() + Number(values.minutes) * 60_000;
console.log(`From seed ${first} on`);
for (let seed = first; seed < first + count && performance.now() < end; seed++) {
  for (const score of scores) await score.try(seed);
  if (values.first && scores.some(({ failed }) => failed > 0)) break;
}
console.log(scores.join("\n"));
const failed = scores.reduce((sum, score) => sum + score.failed, 0);
const seeds = scores.reduce((sum, score) => sum + score.seeds, 0);
console.log(`${seeds} seeds, ${failed} failed`);
if (failed > 0) Deno.exit(1);
