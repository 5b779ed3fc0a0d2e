import { assert, assertEquals } from "@std/assert";
import { actor, type ActorRef } from "../../../mod.ts";
import { thread } from "../../../channels/thread/thread.ts";
import { below, calm, Ledger, nameOf, oneOf, retried, type Scenario, STORM } from "../scenario.ts";

type Bearer = ActorRef<{ name(): string }>;
type Client = ActorRef<{
  take(name: string): Promise<Bearer>;
  find(name: string): Promise<Bearer | undefined>;
}>;

/** Who bears a name, on which thread: the modules are shared by all threads of a simulation. */
const bearers = new Map<string, Set<object>>();
const doubles: string[] = [];

const bearer = actor(import.meta, (context, name: string, seed: number) => {
  const self = thread();
  const key = `${seed}:${name}`;
  const others = bearers.getOrInsertComputed(key, () => new Set());
  if (others.size > 0) doubles.push(key);
  others.add(self);
  context.onStop(() => void others.delete(self));
  return { name: () => name };
});

const client = actor(import.meta, (context, seed: number) => ({
  take: (name: string) =>
    context.system.spawn(bearer.with({ name, restart: "temporary" }), name, seed),
  find: (name: string) => context.find<typeof bearer>(name),
})).with({ concurrency: 100 });

const NAMES = ["ann", "bob"];
const TAKEN = ["NameTakenError", "HostLostError", "ActorStoppedError"];

/** At any time at most one bears a name, and what was given up can be taken. */
export const names: Scenario = {
  name: "names have one bearer",
  hosts: 3,
  faults: STORM,
  async run(world) {
    const system = world.system();
    const hasStorm = below(3) > 0;
    if (!hasStorm) world.calm();
    const ledger = new Ledger();
    const clients: Client[] = [];
    for (let n = 0; n < 3; n++) {
      clients.push(await retried(() => system.spawn(client, world.seed)) as Client);
    }
    doubles.length = 0;
    const taken: Bearer[] = [];
    for (let round = 0; round < 30; round++) {
      const name = oneOf(NAMES);
      const choices = [
        async () => {
          const definition = bearer.with({ name, restart: "temporary" });
          const outcome = await ledger.add(
            "spawn",
            system.spawn(definition, name, world.seed),
            ...TAKEN,
          );
          if ("value" in outcome) taken.push(outcome.value as Bearer);
        },
        async () => {
          const outcome = await ledger.add("take", oneOf(clients).ask.take(name), ...TAKEN);
          if ("value" in outcome) taken.push(outcome.value as Bearer);
        },
        async () => {
          const ref = taken.splice(below(taken.length), 1)[0];
          if (ref !== undefined) await ledger.add("stop", below(2) ? ref.stop() : ref.terminate());
        },
        async () => {
          const search = below(2)
            ? system.find<typeof bearer>(name)
            : oneOf(clients).ask.find(name);
          const outcome = await ledger.add("find", search, "HostLostError", "ActorStoppedError");
          const found = "value" in outcome ? outcome.value as Bearer | undefined : undefined;
          if (found === undefined) return;
          assertEquals(found.name, name);
          const reply = await ledger.add(
            "ask",
            found.ask.name(),
            "HostLostError",
            "ActorStoppedError",
          );
          if ("value" in reply) assertEquals(reply.value, name);
        },
      ];
      void ledger.add("choice", oneOf(choices)());
      await world.sleep(Math.random() * 5);
    }
    await ledger.settle(world, 60_000);
    // A killed thread does not run onStop, so that its bearers are still noted.
    if (!hasStorm) assertEquals(doubles, []);
    await calm(world);
    for (const name of NAMES) {
      const found = await system.find<typeof bearer>(name);
      if (found !== undefined) await found.stop();
      assertEquals(await system.find(name), undefined);
      const definition = bearer.with({ name, restart: "temporary" });
      const ref = await system.spawn(definition, name, world.seed);
      assertEquals((await system.find(name))?.id, ref.id);
      const second = await system.spawn(definition, name, world.seed).catch(nameOf);
      assert(second === "NameTakenError", `a second ${name}: ${second}`);
      await ref.stop();
    }
  },
};
