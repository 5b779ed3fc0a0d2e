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
    const [maxRestarts, withinMs] = [below(6), oneOf([20, 200, 5_000])];
    const supervisor = new Supervisor({ system, maxRestarts, withinMs });
    const restarts: number[] = [];
    system.addEventListener("restart", () => void restarts.push(world.now));
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
    for (const [at, ms] of restarts.entries()) {
      const first = restarts[at - maxRestarts];
      // Each restart is told of a little after it was counted.
      if (first !== undefined && at >= maxRestarts) {
        assert(ms - first > withinMs - 2_000 || maxRestarts === 0, "more restarts than the budget");
      }
    }
    await supervisor.stop();
  },
};
