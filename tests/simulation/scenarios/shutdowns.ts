import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, task } from "../../../mod.ts";
import { below, Ledger, oneOf, type Scenario, STORM } from "../scenario.ts";

type Parent = ActorRef<
  { child(): Promise<number>; add(): number; rest(ms: number): Promise<void> }
>;

const child = actor(import.meta, () => {
  let count = 0;
  return { add: () => ++count };
});

const parent = actor(import.meta, (context) => {
  let count = 0;
  return {
    add: () => ++count,
    async child() {
      const ref = await context.spawn(child);
      return await ref.ask.add();
    },
    rest: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
}).with({ concurrency: 10 });

const square = task(import.meta, (n: number) => n * n);

// What is started while the system ends, or lost.
const ENDED = ["HostLostError", "ActorStoppedError", "AbortError", "TimeoutError"];

/** Whatever goes on, a system that is shut down ends in time, names nobody, and leaves nothing open. */
export const shutdowns: Scenario = {
  name: "a shutdown leaves nothing",
  hosts: 3,
  faults: STORM,
  async run(world) {
    const system = world.system({ shutdownMs: 5_000 });
    system.addEventListener("error", (event) => event.preventDefault());
    const ledger = new Ledger();
    const refs: Parent[] = [];
    const spawn = async () => {
      const outcome = await ledger.add("spawn", system.spawn(parent), ...ENDED);
      if ("value" in outcome) refs.push(outcome.value as Parent);
    };
    const work = async () => {
      for (;;) {
        const ref = refs[below(refs.length)];
        const choices = [
          spawn,
          () => ledger.add("task", system.run(square, 3), ...ENDED),
          () => ledger.add("add", ref?.ask.add() ?? Promise.resolve(), ...ENDED),
          () => ledger.add("child", ref?.ask.child() ?? Promise.resolve(), ...ENDED),
          () => ledger.add("rest", ref?.ask.rest(below(50)) ?? Promise.resolve(), ...ENDED),
          () => ledger.add("stop", ref?.stop() ?? Promise.resolve()),
          () => ledger.add("find", system.find("nobody"), ...ENDED),
        ];
        void oneOf(choices)();
        await world.sleep(Math.random() * 3);
        if (isOver) return;
      }
    };
    let isOver = false;
    const working = work();
    await world.sleep(Math.random() * oneOf([1, 30, 200]));
    const began = world.now;
    const { abandoned } = await system.shutdown();
    const ms = world.now - began;
    world.calm();
    isOver = true;
    await working;
    assert(ms < 8_000, `it took ${ms} ms`);
    // A hanging worker may really not end in time.
    if (ms < 4_000) assertEquals(abandoned, []);
    await ledger.settle(world, 40_000);
  },
};
