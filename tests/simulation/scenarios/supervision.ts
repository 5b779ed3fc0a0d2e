import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef, Supervisor } from "../../../mod.ts";
import { below, calm, Ledger, oneOf, retried, type Scenario, STORM } from "../scenario.ts";

type Member = ActorRef<{ life(): number; fail(): never; idle(): void }>;

let lives = 0;

/** Knows which of all lives it is. */
const member = actor(import.meta, () => {
  const life = ++lives;
  return {
    life: () => life,
    idle() {},
    fail(): never {
      throw new RangeError("as told");
    },
  };
});

const STRATEGIES = ["one-for-one", "one-for-all", "rest-for-one"] as const;

/** Whether a member starts again when the one at `failed` does: the tables of OTP's `supervisor`. */
const restartsWith = {
  "one-for-one": (at: number, failed: number) => at === failed,
  "one-for-all": () => true,
  "rest-for-one": (at: number, failed: number) => at >= failed,
};

/** After a storm all are there, and a failure restarts those that the strategy names. */
export const supervision: Scenario = {
  name: "supervisors restart whom their strategy names",
  hosts: 4,
  faults: STORM,
  async run(world) {
    const system = world.system();
    system.addEventListener("error", (event) => event.preventDefault());
    const strategy = oneOf(STRATEGIES);
    const isNested = below(2) === 0;
    await using root = new Supervisor({ system, maxRestarts: 10_000, strategy });
    const supervisor = isNested ? root.supervise({ strategy, maxRestarts: 10_000 }) : root;
    const members: Member[] = [];
    for (let n = 0; n < 4; n++) members.push(await retried(() => supervisor.spawn(member)));
    const ledger = new Ledger();
    for (let round = 0; round < 20; round++) {
      const ref = oneOf(members);
      if (below(4) === 0) void ledger.add("fail", ref.ask.fail(), "RangeError", "HostLostError");
      else void ledger.add("life", ref.ask.life(), "HostLostError");
      await world.sleep(Math.random() * 10);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    for (let round = 0; round < 2; round++) {
      const before = await Promise.all(members.map((ref) => ref.ask.life()));
      const failed = below(members.length);
      const kind = await members[failed]!.ask.fail().then(() => "none", ({ name }) => name);
      assertEquals(kind, "RangeError");
      await world.sleep(5_000);
      const after = await Promise.all(members.map((ref) => ref.ask.life()));
      const restarted = after.map((life, at) => life !== before[at]);
      const expected = members.map((_, at) => restartsWith[strategy](at, failed));
      assertEquals(restarted, expected, `${strategy}, ${failed} failed`);
      const started = after.filter((_, at) => restarted[at]);
      assert(started.every((life, at) => at === 0 || life > started[at - 1]!), "out of order");
    }
  },
};
