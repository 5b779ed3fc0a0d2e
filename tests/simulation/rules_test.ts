/**
 * That the rules which scenarios check can be broken: here by hand.
 *
 * @module
 */
import { assertMatch, assertRejects } from "@std/assert";
import { actor, type ActorSystem } from "../../mod.ts";
import { hostBehind } from "../../actors/system/actor_system.ts";
import { simulate, type SimulateOptions } from "../../testing/mod.ts";

const idler = actor(import.meta, () => ({
  idle() {},
  never: () => new Promise<never>(() => {}),
})).with({ concurrency: 2 });

const OPTIONS: SimulateOptions = { seeds: 1, hosts: 1, checks: true };

/** Breaks something behind a system with one actor on a worker; gives the failure's message. */
async function broken(breakIt: (system: ActorSystem) => void): Promise<string> {
  const { message } = await assertRejects(
    simulate(OPTIONS, async (world) => {
      const system = world.system();
      const ref = await system.spawn(idler);
      await ref.ask.idle();
      breakIt(system);
    }),
    Error,
  );
  return message;
}

Deno.test(
  "Rules hold where nothing is wrong",
  simulate({ ...OPTIONS, seeds: 5 }, async (world) => {
    const ref = await world.system().spawn(idler);
    ref.ask.never().catch(() => {});
    await ref.ask.idle();
  }),
);

Deno.test("A request that nobody answers breaks a rule", async () => {
  const message = await broken((system) => {
    hostBehind(system).requests.expect(1, { at: 1, resolve() {}, reject() {} });
  });
  assertMatch(message, /host 0 waits for host 1 to answer request \d+, which that does not know/);
});

Deno.test("A link that only one side knows breaks a rule", async () => {
  const message = await broken((system) => void hostBehind(system).links.remove(1));
  assertMatch(message, /host 1 has a link to host 0, which does not listen/);
});

Deno.test("What was placed, and neither lives nor has departed, breaks a rule", async () => {
  const message = await broken((system) => {
    hostBehind(system).coordinator!.place({ on: "any", reservation: null } as never);
  });
  assertMatch(message, /2 were placed on host 1 and have not departed, but 1 live there/);
});
