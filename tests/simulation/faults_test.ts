import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { actor, Supervisor } from "../../mod.ts";
import type { FaultCounts, SimulatedWorld } from "../../testing/mod.ts";
import { runSeed, type SeedRun } from "../../testing/simulation/seed_run.ts";
import { simulatedProgram } from "../../testing/simulated_program.ts";

const idler = actor(import.meta, () => ({ idle() {} }));

/** Keeps two workers there for longer than all that can go wrong takes. */
async function idle(world: SimulatedWorld): Promise<void> {
  const system = world.system();
  await using supervisor = new Supervisor({ system, maxRestarts: 1_000 });
  const start = async () => {
    while (await supervisor.spawn(idler).catch(() => null) === null);
  };
  await Promise.all([start(), start()]);
  await world.sleep(60_000);
}

async function run(
  faults: FaultCounts,
  { seed = 1, only = null as number[] | null, program = idle } = {},
): Promise<SeedRun> {
  const set = only === null ? null : new Set(only);
  const result = await runSeed(simulatedProgram(2, faults, (world) => program(world)), seed, set);
  assertEquals(result.failure, null);
  return result;
}

const TIMES = / at (\d+\.\d+) ms$/;
const timeOf = (text: string) => text.match(TIMES)![1];

Deno.test("As many workers die as the test says, or as its range allows", async () => {
  assertEquals((await run({ kill: 7 })).faults.length, 7);
  const counts = new Set<number>();
  for (let seed = 1; seed <= 20; seed++) {
    counts.add((await run({ kill: [5, 8] }, { seed })).faults.length);
  }
  assertEquals([...counts].sort(), [5, 6, 7, 8]);
});

Deno.test("Each kind of fault says what it was, and when", async () => {
  const texts = (await run({ kill: 2, hang: 1, slow: 1, partition: 1 })).faults
    .toSorted((one, other) => one.number - other.number).map(({ text }) => text);
  const patterns = [
    /^troupe host \d dies( of an error)? at \d+\.\d{3} ms$/,
    /^troupe host \d dies( of an error)? at \d+\.\d{3} ms$/,
    /^troupe host \d hangs for \d+\.\d ms at \d+\.\d{3} ms$/,
    /^troupe host \d is \d+ times slower for \d+\.\d ms at \d+\.\d{3} ms$/,
    /^(main|troupe host \d) and (main|troupe host \d) do not reach each other for \d+\.\d ms at/,
  ];
  assertEquals(texts.length, patterns.length);
  for (const [at, pattern] of patterns.entries()) assertMatch(texts[at]!, pattern);
});

Deno.test("A fault that is left out leaves the others at their times", async () => {
  const faults = { hang: 6, slow: 6, partition: 6 };
  const all = await run(faults);
  const some = await run(faults, { only: [2, 9, 16] });
  const timesOf = ({ faults }: SeedRun) =>
    new Map(faults.map(({ number, text }) => [number, Number(timeOf(text))]));
  const [times, left] = [timesOf(all), timesOf(some)];
  assertEquals([...left.keys()].sort((one, other) => one - other), [2, 9, 16]);
  for (const [number, time] of left) {
    assert(Math.abs(time - times.get(number)!) < 1, `${number}: ${time}, ${times.get(number)}`);
  }
});

Deno.test("A fault waits while there is no worker that it could hit", async () => {
  const program = async (world: SimulatedWorld) => {
    await world.sleep(5_000);
    await idle(world);
  };
  const { faults } = await run({ kill: 3, hang: 1, partition: 1 }, { program });
  assertEquals(faults.length, 5);
  for (const { text } of faults) assert(Number(timeOf(text)) >= 5_000, text);
});

Deno.test("Nothing goes wrong once a program has asked for calm", async () => {
  const program = async (world: SimulatedWorld) => {
    world.calm();
    await idle(world);
  };
  assertEquals((await run({ kill: 5, hang: 5, slow: 5, partition: 5 }, { program })).faults, []);
});

Deno.test("Seeds differ in when something goes wrong", async () => {
  const [one, other] = [await run({ kill: 5 }), await run({ kill: 5 }, { seed: 2 })];
  assertNotEquals(one.faults, other.faults);
  assertNotEquals(one.hash, other.hash);
  assertEquals((await run({ kill: 5 })).hash, one.hash);
});
