import { assert } from "@std/assert";
import { actor, type ActorRef, Supervisor } from "../../../mod.ts";
import { calm, Ledger, nameOf, retried, type Scenario, STORM } from "../scenario.ts";

type Peer = ActorRef<{ hello(): string; greet(others: Peer[]): Promise<string[]> }>;

const peer = actor(import.meta, () => ({
  hello: () => "hello",
  greet: (others: Peer[]) => Promise.all(others.map((other) => other.ask.hello().catch(nameOf))),
})).with({ concurrency: 100 });

const POSSIBLE = ["hello", "HostLostError", "ActorStoppedError"];

/** Threads get to know each other while they die; afterwards each reaches each. */
export const links: Scenario = {
  name: "threads get to know each other while they die",
  hosts: 4,
  faults: { ...STORM, kill: [1, 20], partition: [0, 2] },
  async run(world) {
    const system = world.system();
    const ledger = new Ledger();
    await using supervisor = new Supervisor({ system, maxRestarts: 10_000 });
    const peers: Peer[] = [];
    const greet = async (ref: Peer) => {
      const outcome = await ledger.add("greet", ref.ask.greet(peers), "HostLostError");
      if (!("value" in outcome)) return;
      for (const one of outcome.value as string[]) assert(POSSIBLE.includes(one), one);
    };
    for (let n = 0; n < 6; n++) {
      peers.push(await retried(() => supervisor.spawn(peer)) as Peer);
      for (const ref of peers) void ledger.add("greeting", greet(ref));
    }
    for (let round = 0; round < 5; round++) {
      await world.sleep(Math.random() * 20);
      for (const ref of peers) void ledger.add("greeting", greet(ref));
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    for (const ref of peers) {
      const replies = await ref.ask.greet(peers);
      assert(replies.every((reply) => reply === "hello"), `afterwards: ${replies}`);
    }
  },
};
