import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef } from "../../../mod.ts";
import { below, calm, Ledger, LOST, oneOf, retried, type Scenario, STORM } from "../scenario.ts";

type Log = ActorRef<
  { note(seed: number, log: number, from: number, number: number): void; idle(): void }
>;
type Teller = ActorRef<
  { tell(seed: number, to: Log, log: number, from: number, first: number, count: number): void }
>;

/** What came, by log and sender: the modules are shared by all threads of a simulation. */
let came: { log: number; from: number; number: number }[] = [];

const log = actor(import.meta, () => ({
  note: (_seed: number, log: number, from: number, number: number) =>
    void came.push({ log, from, number }),
  idle() {},
}));

const teller = actor(import.meta, () => ({
  tell(seed: number, to: Log, log: number, from: number, first: number, count: number) {
    for (let n = 0; n < count; n++) to.tell.note(seed, log, from, first + n);
  },
}));

/** What one tells another comes in order and once; without a loss all of it comes, also what waits for a stop. */
export const tells: Scenario = {
  name: "tells keep their order",
  hosts: 3,
  faults: { ...STORM, partition: [0, 2] },
  async run(world) {
    const system = world.system();
    came = [];
    const ledger = new Ledger();
    const isQuiet = below(3) === 0;
    if (isQuiet) world.calm();
    const logs: Log[] = [];
    const tellers: Teller[] = [];
    for (let n = 0; n < 2; n++) {
      logs.push(await retried(() => system.spawn(log)));
      tellers.push(await retried(() => system.spawn(teller)) as Teller);
    }
    const told = new Map<string, number>();
    for (let round = 0; round < 30; round++) {
      const [to, from, count] = [below(2), below(3), below(10)];
      const key = `${to} from ${from}`;
      const first = told.get(key) ?? 0;
      told.set(key, first + count);
      const ref = logs[to]!;
      if (from === 2) {
        for (let n = 0; n < count; n++) ref.tell.note(world.seed, to, from, first + n);
      } else {
        const asked = tellers[from]!.ask.tell(world.seed, ref, to, from, first, count);
        void ledger.add("tell", asked, ...LOST);
      }
      await world.sleep(Math.random() * oneOf([0.1, 10]));
    }
    await ledger.settle(world, 60_000);
    // What different senders send one actor has no order: what is told may come after the order to stop.
    await world.sleep(2_500);
    const stops = logs.map((ref) => ref.stop({ drain: true }));
    await Promise.all(stops.map((stop) => ledger.add("stop", stop)));
    await ledger.settle(world, 60_000);
    for (const [key, count] of told) {
      const numbers = came.filter(({ log, from }) => `${log} from ${from}` === key)
        .map(({ number }) => number);
      const sorted = [...new Set(numbers)].sort((a, b) => a - b);
      assertEquals(numbers, sorted, `out of order or twice: ${key}`);
      assert(numbers.length <= count);
      if (isQuiet) assertEquals(numbers.length, count, `lost without a loss: ${key}`);
    }
    await calm(world);
  },
};
