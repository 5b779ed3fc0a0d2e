import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, Supervisor } from "../../../mod.ts";
import { below, calm, Ledger, nameOf, oneOf, retried, type Scenario, STORM } from "../scenario.ts";

type Worker = ActorRef<{ idle(): void }>;
type Boss = ActorRef<{ end(ref: Worker, how: "stop" | "terminate" | "drain"): Promise<void> }>;

const worker = actor(import.meta, () => ({ idle() {} }));

const boss = actor(import.meta, () => ({ end: (ref: Worker, how: Order) => end(ref, how) }))
  .with({ concurrency: 100 });

type Order = "stop" | "terminate" | "drain";

function end(ref: Worker, how: Order): Promise<void> {
  return how === "terminate" ? ref.terminate() : ref.stop({ drain: how === "drain" });
}

/** Who was told to end, from wherever, does not start again, whatever is lost meanwhile. */
export const orders: Scenario = {
  name: "who is told to end does not come back",
  hosts: 3,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const ledger = new Ledger();
    const supervisor = new Supervisor({ system, maxRestarts: 10_000 });
    const bosses: Boss[] = [];
    for (let n = 0; n < 2; n++) bosses.push(await retried(() => system.spawn(boss)) as Boss);
    const ended: Worker[] = [];
    for (let round = 0; round < 12; round++) {
      const spawning = retried(() =>
        below(2) === 0 ? system.spawn(worker) : supervisor.spawn(worker)
      );
      const outcome = await ledger.add("spawn", spawning, "ActorStoppedError");
      if (!("value" in outcome)) continue;
      const ref = outcome.value as Worker;
      await world.sleep(Math.random() * 10);
      const how = oneOf(["stop", "terminate", "drain"] as const);
      const order = below(2) === 0 ? end(ref, how) : oneOf(bosses).ask.end(ref, how);
      const obeyed = await ledger.add(how, order, "HostLostError", "ActorStoppedError");
      // A boss that is lost may not have given it.
      if ("value" in obeyed) ended.push(ref);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    for (const ref of ended) {
      const after = await ref.ask.idle().then(() => "answers", nameOf);
      assert(after !== "answers", "was told to end, but answers");
      assertEquals(typeof (await ref.exited).kind, "string");
    }
    await supervisor.stop();
  },
};
