import { type ActorRef, ActorSystem } from "@troupe/actors";
import { expectAll } from "../harness/check.ts";
import { collectGarbage } from "../harness/garbage.ts";
import { measure } from "../harness/measure.ts";
import { sized } from "../harness/settings.ts";
import { type Player, RATE } from "../harness/workload.ts";
import { formatNumber } from "../report/format.ts";
import { fewCounters, keyedCounter, spawnedCounter } from "./keyed_actors.ts";

/** A counter, however it is found. */
type Counter = ActorRef<{ increment(): number }>;

const ACTORS = 100;
const IN_FLIGHT = 1_000;

/** Keyed actors beside actors that were started. */
export async function benchKeyed(): Promise<void> {
  for (const [workers, where] of [[0, "here"], [1, "on a worker"]] as const) {
    await benchAsks(workers, where, 1);
    await benchAsks(workers, where, IN_FLIGHT);
  }
  await benchActive();
  await benchMany();
}

async function benchAsks(workers: number, where: string, inFlight: number): Promise<void> {
  const asks = sized(inFlight === 1 ? 20_000 : 200_000, 1_000);
  const how = inFlight === 1 ? "one after the other" : `${inFlight} in flight`;
  await using system = new ActorSystem({ workers });
  const numbers = Array.from({ length: ACTORS }, (_, number) => number);
  const spawned = await Promise.all(numbers.map(() => system.spawn(spawnedCounter)));
  const found = numbers.map((number) => system.at(keyedCounter, `counter ${number}`));
  const player = (name: string, role: Player["role"], refs: Counter[]): Player => ({
    name,
    role,
    async run() {
      const before = await sum(refs);
      const start = performance.now();
      let left = asks;
      await Promise.all(Array.from({ length: inFlight }, async (_, at) => {
        while (left-- > 0) await refs[at++ % ACTORS]!.ask.increment();
      }));
      const rate = asks / (performance.now() - start) * 1_000;
      expectAll(await sum(refs) - before - ACTORS, asks, "asks");
      return [rate];
    },
  });
  await measure({
    title: `asks to ${ACTORS} actors ${where}, ${how}`,
    measures: [RATE],
    players: [player("system.spawn", "by-hand", spawned), player("system.at", "troupe", found)],
  });
}

/** Asks each once more; gives the sum of their counts. */
async function sum(refs: Counter[]): Promise<number> {
  const counts = await Promise.all(refs.map((ref) => ref.ask.increment()));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What an active actor takes. */
async function benchActive(): Promise<void> {
  const actors = sized(10_000, 100);
  await measure({
    title: `${formatNumber(actors)} active keyed actors`,
    measures: [{ name: "heap for each", unit: "bytes", best: "least" }],
    players: [{
      name: "Troupe",
      role: "troupe",
      async run() {
        await using system = new ActorSystem({ workers: 0 });
        await system.at(keyedCounter, "first").ask.increment();
        const before = heapUsed();
        for (let number = 0; number < actors; number++) {
          await system.at(keyedCounter, `counter ${number}`).ask.increment();
        }
        return [(heapUsed() - before) / actors];
      },
    }],
    rounds: 3,
  });
}

/** A million keys, of which ten thousand are active at a time. */
async function benchMany(): Promise<void> {
  const keys = sized(1_000_000, 20_000);
  await measure({
    title: `${formatNumber(keys)} keys through 10 000 active actors`,
    measures: [
      { name: "first messages", unit: "/s", best: "most" },
      { name: "heap for each key", unit: "bytes", best: "least" },
    ],
    players: [{
      name: "Troupe",
      role: "troupe",
      async run() {
        await using system = new ActorSystem({ workers: 0 });
        const before = heapUsed();
        const start = performance.now();
        let next = 0;
        await Promise.all(Array.from({ length: 100 }, async () => {
          for (let key = next++; key < keys; key = next++) {
            const count = await system.at(fewCounters, `counter ${key}`).ask.increment();
            expectAll(count, 1, "count");
          }
        }));
        const rate = keys / (performance.now() - start) * 1_000;
        return [rate, (heapUsed() - before) / keys];
      },
    }],
    rounds: 1,
  });
}

function heapUsed(): number {
  collectGarbage();
  return Deno.memoryUsage().heapUsed;
}
