import { actor, type ActorRef, ActorSystem, Supervisor } from "@troupe/actors";
import { sink } from "./actors.ts";
import { compare, median } from "./measure.ts";

const LOSSES = 40;
const RESTARTS = 2_000;
const MANY = 10_000;
const MANY_ROUNDS = 5;
const SPAWNS = 5_000;
const ASKS = 20_000;

/** Fails, or ends its thread, when asked to. */
const fragile = actor(import.meta, () => ({
  ping: () => 1,
  fail(): never {
    throw new Error("as asked");
  },
  die(): Promise<never> {
    (globalThis as unknown as { close(): void }).close();
    return new Promise(() => {});
  },
}));

type Fragile = { ping(): number; fail(): never; die(): Promise<never> };

/** What failures cost, and what supervision costs while there are none. */
export async function benchSupervision() {
  await benchLoss();
  await benchRestart();
  await benchMany();
  await benchCost();
}

/** From the end of a thread to the rejection of an ask, and to an answer of the actor on its new thread. */
async function benchLoss(): Promise<void> {
  const noticed: number[] = [];
  const back: number[] = [];
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, maxRestarts: 2 * LOSSES });
  const ref = await supervisor.spawn(fragile);
  for (let round = -2; round < LOSSES; round++) {
    const start = performance.now();
    await ref.ask.die().catch(() => {});
    if (round >= 0) noticed.push(performance.now() - start);
    await ref.ask.ping();
    if (round >= 0) back.push(performance.now() - start);
  }
  console.log("\nloss of a worker (the order to end included)");
  console.log(`  pending ask rejected    p50 ${at(noticed, 0.5)}  p99 ${at(noticed, 0.99)}`);
  console.log(`  actor answers again     p50 ${at(back, 0.5)}  p99 ${at(back, 0.99)}`);
}

async function benchRestart(): Promise<void> {
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, maxRestarts: 1e9 });
  const options = { onError: "restart" } as const;
  const there = await supervisor.spawn(fragile.with(options));
  const here = await supervisor.spawn(fragile.with({ ...options, on: "here" }));
  const fail = async (ref: ActorRef<Fragile>) => {
    for (let round = 0; round < RESTARTS; round++) {
      await ref.ask.fail().catch(() => {});
      await ref.ask.ping();
    }
  };
  await compare({
    title: "restart of one actor: a failing ask, then an ask that is answered",
    operations: RESTARTS,
    rounds: 3,
    contenders: [
      { name: "on this thread", run: () => fail(here) },
      { name: "on a worker", run: () => fail(there) },
    ],
  });
}

async function benchMany(): Promise<void> {
  const times: number[] = [];
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, maxRestarts: MANY_ROUNDS + 1 });
  const refs = await Promise.all(Array.from({ length: MANY }, () => supervisor.spawn(fragile)));
  for (let round = 0; round < MANY_ROUNDS; round++) {
    const start = performance.now();
    await refs[0]!.ask.die().catch(() => {});
    await Promise.all(refs.map((ref) => ref.ask.ping()));
    times.push(performance.now() - start);
  }
  console.log(`\n${MANY} supervised actors of a lost worker all answer again`);
  console.log(`  median ${median(times).toFixed(0)} ms`);
}

async function benchCost(): Promise<void> {
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system });
  const plain = await system.spawn(sink);
  const supervised = await supervisor.spawn(sink);
  const ask = async (ref: typeof plain) => {
    for (let round = 0; round < ASKS; round++) await ref.ask.nothing();
  };
  await compare({
    title: "asks, one after the other",
    operations: ASKS,
    contenders: [
      { name: "system.spawn", run: () => ask(plain) },
      { name: "supervisor.spawn", run: () => ask(supervised) },
    ],
  });
  const spawnAll = async (spawn: () => Promise<unknown>) => {
    for (let round = 0; round < SPAWNS; round++) await spawn();
  };
  await compare({
    title: "spawns",
    operations: SPAWNS,
    contenders: [
      { name: "system.spawn", run: () => spawnAll(() => system.spawn(sink)) },
      { name: "supervisor.spawn", run: () => spawnAll(() => supervisor.spawn(sink)) },
    ],
  });
}

function at(times: number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  const time = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return `${time.toFixed(1)} ms`;
}
