import { type ActorRef, ActorSystem, Supervisor } from "@troupe/actors";
import { sink } from "./actors.ts";
import { expectAll } from "../harness/check.ts";
import { type Fragile, fragile } from "../harness/fragile.ts";
import { compare } from "../harness/measure.ts";
import { sized } from "../harness/settings.ts";

/** What a failure costs, and what supervision costs while there are none. */
export async function benchSupervision() {
  await benchRestart();
  await benchCost();
}

async function benchRestart(): Promise<void> {
  const restarts = sized(2_000, 20);
  await using system = new ActorSystem({ workers: 1 });
  await using supervisor = new Supervisor({ system, maxRestarts: 1e9 });
  const options = { onError: "restart" } as const;
  const there = await supervisor.spawn(fragile.with(options));
  const here = await supervisor.spawn(fragile.with({ ...options, on: "here" }));
  const fail = async (ref: ActorRef<Fragile>) => {
    let failed = 0;
    for (let round = 0; round < restarts; round++) {
      await ref.ask.fail().catch(() => failed++);
      await ref.ask.ping();
    }
    expectAll(failed, restarts, "failures");
  };
  await compare({
    title: "restart of one actor: a failing ask, then an ask that is answered",
    operations: restarts,
    rounds: 3,
    contenders: [
      { name: "on this thread", run: () => fail(here) },
      { name: "on a worker", run: () => fail(there) },
    ],
  });
}

async function benchCost(): Promise<void> {
  const [asks, spawns] = [sized(20_000, 100), sized(5_000, 50)];
  await using system = new ActorSystem({ workers: 0 });
  await using supervisor = new Supervisor({ system });
  const plain = await system.spawn(sink);
  const supervised = await supervisor.spawn(sink);
  const ask = async (ref: typeof plain) => {
    for (let round = 0; round < asks; round++) await ref.ask.hit();
    expectAll(await ref.ask.take(), asks, "asks");
  };
  await compare({
    title: "asks, one after the other",
    operations: asks,
    contenders: [
      { name: "system.spawn", role: "by-hand", run: () => ask(plain) },
      { name: "supervisor.spawn", run: () => ask(supervised) },
    ],
  });
  const spawnAll = async (spawn: () => Promise<unknown>) => {
    for (let round = 0; round < spawns; round++) await spawn();
  };
  await compare({
    title: "spawns",
    operations: spawns,
    contenders: [
      { name: "system.spawn", role: "by-hand", run: () => spawnAll(() => system.spawn(sink)) },
      { name: "supervisor.spawn", run: () => spawnAll(() => supervisor.spawn(sink)) },
    ],
  });
}
