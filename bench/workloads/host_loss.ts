import { ActorSystem, Supervisor } from "@troupe/actors";
import { expectAll } from "../harness/check.ts";
import { fragile } from "../harness/fragile.ts";
import { measure } from "../harness/measure.ts";
import { percentile } from "../report/statistics.ts";
import { sized } from "../harness/settings.ts";
import type { Measure } from "../harness/workload.ts";

const BACK: Measure[] = ["p50", "p99"].map((name) => ({ name, unit: "ms", best: "least" }));

/** From the end of a thread to the rejection of an ask, and to the answers of its actors on a new thread. */
export async function benchLoss(): Promise<void> {
  const losses = sized(40, 2);
  const noticed: number[] = [];
  const back: number[] = [];
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, maxRestarts: 2 * losses });
  const ref = await supervisor.spawn(fragile);
  for (let round = -2; round < losses; round++) {
    const start = performance.now();
    const isLost = await ref.ask.die().then(() => 0, () => 1);
    expectAll(isLost, 1, "rejected asks");
    if (round >= 0) noticed.push(performance.now() - start);
    await ref.ask.ping();
    if (round >= 0) back.push(performance.now() - start);
  }
  await benchTimes("a worker ends: a pending ask is rejected", noticed);
  await benchTimes("a worker ends: its actor answers again on a new thread", back);
  await benchMany();
}

/** Reports times that are there already. */
async function benchTimes(title: string, times: number[]): Promise<void> {
  const figures = [percentile(times, 0.5), percentile(times, 0.99)];
  await measure({
    title,
    measures: BACK,
    players: [{ name: "Troupe", role: "troupe", run: () => Promise.resolve(figures) }],
    rounds: 1,
  });
}

async function benchMany(): Promise<void> {
  const [actors, rounds] = [sized(10_000, 100), sized(5, 1)];
  await using system = new ActorSystem({ workers: 1, askTimeoutMs: 60_000 });
  await using supervisor = new Supervisor({ system, maxRestarts: rounds + 2 });
  const refs = await Promise.all(Array.from({ length: actors }, () => supervisor.spawn(fragile)));
  await measure({
    title: `a worker ends: all of its ${actors} supervised actors answer again`,
    measures: [{ name: "time", unit: "ms", best: "least" }],
    players: [{
      name: "Troupe",
      role: "troupe",
      async run() {
        const start = performance.now();
        await refs[0]!.ask.die().catch(() => {});
        const answers = await Promise.all(refs.map((ref) => ref.ask.ping()));
        expectAll(answers.length, actors, "answers");
        return [performance.now() - start];
      },
    }],
    rounds,
  });
}
