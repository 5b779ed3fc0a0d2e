import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, Supervisor } from "../../../mod.ts";
import { calm, Ledger, retried, type Scenario, STORM } from "../scenario.ts";

type Ticker = ActorRef<{ ticks(): number; after(ms: number): void; fired(): number }>;

let lives = 0;
/** The latest life of the ticker. */
let latest = 0;
const late: number[] = [];

const ticker = actor(import.meta, (context) => {
  const life = latest = ++lives;
  let isStopped = false;
  let ticks = 0;
  let fired = 0;
  context.onStop(() => void (isStopped = true));
  context.every(100, () => {
    ticks++;
    if (isStopped) late.push(life);
  });
  return {
    ticks: () => ticks,
    after: (ms: number) => void context.after(ms, () => void fired++),
    fired: () => fired,
  };
});

/** Timers of an actor tick in each of its lives, and in no life that is over. */
export const timers: Scenario = {
  name: "timers belong to one life",
  hosts: 2,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const ledger = new Ledger();
    late.length = 0;
    await using supervisor = new Supervisor({ system, maxRestarts: 10_000 });
    const ref = await retried(() => supervisor.spawn(ticker)) as Ticker;
    for (let round = 0; round < 10; round++) {
      void ledger.add("ticks", ref.ask.ticks(), "HostLostError");
      void ledger.add("after", ref.ask.after(50), "HostLostError");
      await world.sleep(Math.random() * 300);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    const began = world.now;
    const [life, before] = [latest, await ref.ask.ticks()];
    // What was asked for before has fired by now.
    const fired = await ref.ask.fired();
    await ref.ask.after(50);
    await world.sleep(10_000);
    assertEquals(latest, life, "started again without a fault");
    const ticks = await ref.ask.ticks() - before;
    const ms = world.now - began;
    assert(ticks >= 40 && ticks <= ms / 100 + 1, `${ticks} ticks in ${ms} ms`);
    assertEquals(await ref.ask.fired(), fired + 1);
    await ref.stop();
    await world.sleep(1_000);
    assertEquals(late, [], "ticks after the end");
  },
};
