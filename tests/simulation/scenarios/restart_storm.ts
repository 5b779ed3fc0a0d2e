import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, Supervisor } from "../../../mod.ts";
import { below, calm, Ledger, nameOf, oneOf, retried, type Scenario } from "../scenario.ts";

type Member = ActorRef<{ idle(): void; fail(): never }>;

const member = actor(import.meta, () => ({
  idle() {},
  fail(): never {
    throw new RangeError("as told");
  },
}));

const ENDED = ["ActorStoppedError", "HostLostError", "RestartLimitError"];

/** A supervisor restarts as often as its budget says, and then ends with all its children, and with the reason. */
export const restartStorm: Scenario = {
  name: "a restart storm ends by the budget",
  hosts: 3,
  faults: { kill: [0, 40], slow: [0, 2] },
  async run(world) {
    const system = world.system();
    system.addEventListener("error", (event) => event.preventDefault());
    const [maxRestarts, withinMs] = [below(6), oneOf([20, 200, 600_000])];
    const supervisor = new Supervisor({ system, maxRestarts, withinMs });
    let restarts = 0;
    system.addEventListener("restart", () => void restarts++);
    const began = world.now;
    const ledger = new Ledger();
    const members: Member[] = [];
    for (let n = 0; n < 3; n++) {
      const spawning = retried(() => supervisor.spawn(member));
      const outcome = await ledger.add("spawn", spawning, ...ENDED);
      if ("value" in outcome) members.push(outcome.value as Member);
    }
    for (let round = 0; round < 30 && members.length > 0; round++) {
      const ref = oneOf(members);
      if (below(3) === 0) void ledger.add("fail", ref.ask.fail(), "RangeError", ...ENDED);
      else void ledger.add("idle", ref.ask.idle(), ...ENDED);
      await world.sleep(Math.random() * 20);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    const stormMs = world.now - began;
    const states = await Promise.all(members.map((ref) => ref.ask.idle().catch(nameOf)));
    const hasEnded = await Promise.race([
      supervisor.exited.then(() => true),
      world.sleep(100).then(() => false),
    ]);
    if (hasEnded) {
      const areEnded = states.every((state) => ENDED.includes(state as string));
      assert(areEnded, `ended, but ${states}`);
      const kinds = await Promise.all(members.map(async (ref) => (await ref.exited).kind));
      assert(!kinds.includes("normal"), `ended as ${kinds}`);
      const reason = await supervisor.exited;
      assertEquals(reason.kind, "error");
      if (reason.kind === "error") assertEquals(nameOf(reason.error), "RestartLimitError");
    } else {
      assert(states.every((state) => state === undefined), `goes on, but ${states}`);
    }
    // All are within the time that the budget is for. A lost worker counts once, and takes up to all members along.
    if (stormMs < withinMs) {
      assert(restarts <= members.length * maxRestarts, `${restarts} restarts of ${maxRestarts}`);
    }
    await supervisor.stop();
  },
};
