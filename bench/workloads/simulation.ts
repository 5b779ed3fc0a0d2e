import { actor, type ActorRef, Supervisor, task } from "@troupe/actors";
import { runSeed } from "../../testing/simulation/seed_run.ts";
import { simulatedProgram } from "../../testing/simulated_program.ts";
import type { SimulatedWorld } from "../../testing/mod.ts";
import { expectAll } from "../harness/check.ts";
import { measure } from "../harness/measure.ts";
import { sized } from "../harness/settings.ts";
import type { Measure } from "../harness/workload.ts";

/** Adds up what comes to it, and asks the next one. */
interface Node {
  add(by: number): number;
  pass(to: ActorRef<Node>, by: number): Promise<number>;
  count(to: number): Generator<number>;
}

const node = actor(import.meta, (): Node => {
  let sum = 0;
  return {
    add: (by) => sum += by,
    pass: (to, by) => to.ask.add(by),
    *count(to) {
      for (let n = 0; n < to; n++) yield n;
    },
  };
});

const square = task(import.meta, (n: number) => n * n);

const [NODES, ROUNDS, KILLS] = [8, 12, 15];

/** Asks, streams and tasks on four workers, while fifteen die. */
async function program(world: SimulatedWorld): Promise<void> {
  const system = world.system();
  await using supervisor = new Supervisor({ system, maxRestarts: 1_000 });
  const spawn = async (): Promise<ActorRef<Node>> =>
    await supervisor.spawn(node).catch(() => null) ?? await spawn();
  const nodes = await Promise.all(Array.from({ length: NODES }, spawn));
  for (let round = 0; round < ROUNDS; round++) {
    const work = nodes.flatMap((ref, at): Promise<unknown>[] => [
      ref.ask.pass(nodes[(at + 1) % NODES]!, 1),
      at === 0 ? Array.fromAsync(ref.stream.count(10)) : system.run(square, round),
    ]);
    await Promise.allSettled(work);
    await world.sleep(10);
  }
  // Until the last one has died.
  await world.sleep(10_000);
}

const MEASURES: readonly Measure[] = [
  { name: "a seed", unit: "ms", best: "least" },
  { name: "events", unit: "/s", best: "most" },
];

/** How many seeds of a simulation there is time for. */
export async function benchSimulation(): Promise<void> {
  const seeds = sized(50, 1);
  const simulated = simulatedProgram(4, { kill: KILLS }, program);
  await measure({
    title: `simulation: ${ROUNDS} rounds of asks and tasks on 4 workers, of which ${KILLS} die`,
    measures: MEASURES,
    players: [{
      name: "Troupe",
      role: "troupe",
      async run() {
        const start = performance.now();
        let [events, kills] = [0, 0];
        for (let seed = 1; seed <= seeds; seed++) {
          const { failure, steps, faults } = await runSeed(simulated, seed);
          if (failure !== null) throw failure.error;
          events += steps;
          kills += faults.length;
        }
        expectAll(kills, seeds * KILLS, "kills");
        const ms = performance.now() - start;
        return [ms / seeds, events / ms * 1_000];
      },
    }],
    rounds: 3,
  });
}
