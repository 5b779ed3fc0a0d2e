import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef } from "../../../mod.ts";
import {
  type ManagedList,
  type ManagedLock,
  type ManagedMap,
  Manager,
} from "../../../shared/mod.ts";
import {
  below,
  calm,
  Ledger,
  LOST,
  nameOf,
  oneOf,
  retried,
  type Scenario,
  STORM,
} from "../scenario.ts";

type Client = ActorRef<{
  push(list: ManagedList<number>, item: number): Promise<number>;
  hold(lock: ManagedLock, ms: number): Promise<void>;
  count(map: ManagedMap<string, number>): Promise<number>;
}>;

/** Who is in the section that the lock guards: the modules are shared by all threads of a simulation. */
let inside = 0;

const client = actor(import.meta, () => ({
  push: (list: ManagedList<number>, item: number) => list.push(item),
  count: (map: ManagedMap<string, number>) => map.update("count", (count = 0) => count + 1),
  async hold(lock: ManagedLock, ms: number) {
    using _guard = await lock.acquire();
    inside++;
    assertEquals(inside, 1, "two hold a lock");
    await new Promise((resolve) => setTimeout(resolve, ms));
    inside--;
  },
})).with({ concurrency: 100 });

/** A manager outlives its clients: what they did is there once, what they held is free again. */
export const managers: Scenario = {
  name: "a manager outlives its clients",
  hosts: 3,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const ledger = new Ledger();
    const isQuiet = below(3) === 0;
    inside = 0;
    if (isQuiet) world.calm();
    const clients: Client[] = [];
    for (let n = 0; n < 3; n++) clients.push(await retried(() => system.spawn(client)) as Client);
    const manager = await retried(async () => {
      const manager = new Manager({ system });
      try {
        await manager.lock();
        return manager;
      } catch (error) {
        await manager[Symbol.asyncDispose]().catch(() => {});
        throw error;
      }
    });
    const made = await ledger.add(
      "make",
      Promise.all([
        manager.list<number>([]),
        manager.lock(),
        manager.map<string, number>(),
      ]),
      ...LOST,
    );
    const pushed: number[] = [];
    let counted = 0;
    if ("value" in made) {
      const [list, lock, map] = made.value as [
        ManagedList<number>,
        ManagedLock,
        ManagedMap<string, number>,
      ];
      for (let round = 0; round < 20; round++) {
        const ref = oneOf(clients);
        const choices = [
          async () => {
            const outcome = await ledger.add("push", ref.ask.push(list, round), ...LOST);
            if ("value" in outcome) pushed.push(round);
          },
          async () => {
            const outcome = await ledger.add("count", ref.ask.count(map), ...LOST);
            if ("value" in outcome) counted++;
          },
          () => ledger.add("hold", ref.ask.hold(lock, below(10)), ...LOST),
        ];
        // A lock is a word of shared memory, which knows the real threads only: none of them dies.
        void choices[below(isQuiet ? 3 : 2)]!();
        await world.sleep(Math.random() * 10);
      }
      await ledger.settle(world, 60_000);
      await calm(world);
      const items = await list.toArray().catch(nameOf);
      if (typeof items !== "string") {
        assertEquals(new Set(items).size, items.length, "an item was pushed twice");
        const missing = pushed.filter((item) => !items.includes(item));
        assertEquals(missing, [], "what was pushed is not there");
        const before = counted;
        assert(await map.update("count", (count = 0) => count + 1) > before, "a count is lost");
        const guard = await lock.acquire({ timeoutMs: 5_000 });
        guard.release();
      } else {
        assert(!isQuiet, items);
      }
    }
    await calm(world);
    await manager[Symbol.asyncDispose]();
  },
};
