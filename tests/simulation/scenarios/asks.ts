import { assert } from "@std/assert";
import { actor, type ActorRef } from "../../../mod.ts";
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

type Server = ActorRef<{
  add(by: number): number;
  rest(ms: number): Promise<string>;
  fail(): never;
}>;

const server = actor(import.meta, () => {
  let sum = 0;
  return {
    add: (by: number) => sum += by,
    rest: async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return "rested";
    },
    fail(): never {
      throw new RangeError("as told");
    },
  };
});

const client = actor(import.meta, () => ({
  add: (ref: Server, by: number) => ref.ask.add(by),
  rest: (ref: Server, ms: number, timeoutMs: number) => ref.with({ timeoutMs }).ask.rest(ms),
})).with({ concurrency: 100 });

/** Exactly one of reply, error, timeout, abort, stopped, lost. */
export const asks: Scenario = {
  name: "asks end in one way",
  hosts: 4,
  faults: STORM,
  async run(world) {
    const system = world.system();
    system.addEventListener("error", (event) => event.preventDefault());
    const ledger = new Ledger();
    const servers: Server[] = [];
    for (let n = 0; n < 3; n++) servers.push(await retried(() => system.spawn(server)));
    const clients: ActorRef<{
      add(ref: Server, by: number): Promise<number>;
      rest(ref: Server, ms: number, timeoutMs: number): Promise<string>;
    }>[] = [];
    for (let n = 0; n < 3; n++) clients.push(await retried(() => system.spawn(client)));
    let isStopped = false;
    for (let round = 0; round < 40; round++) {
      const ref = oneOf(servers);
      const from = oneOf(clients);
      const ms = below(30);
      const controller = new AbortController();
      const choices = [
        () => ledger.add("add", ref.ask.add(1), ...LOST),
        () => ledger.add("add by client", from.ask.add(ref, 1), ...LOST),
        () => ledger.add("fail", ref.ask.fail(), "RangeError", ...LOST),
        () => ledger.add("rest", ref.ask.rest(ms), ...LOST),
        () =>
          ledger.add(
            "rest with a limit",
            ref.with({ timeoutMs: 10 }).ask.rest(ms),
            "TimeoutError",
            ...LOST,
          ),
        () => ledger.add("rest by client", from.ask.rest(ref, ms, 10), "TimeoutError", ...LOST),
        () => {
          setTimeout(() => controller.abort(new EvalError("not wanted")), below(20));
          const { signal } = controller;
          return ledger.add("aborted", ref.with({ signal }).ask.rest(ms), "EvalError", ...LOST);
        },
      ];
      void oneOf(choices)();
      if (round === 30 && below(3) === 0) {
        isStopped = true;
        const end = below(2) === 0 ? servers[0]!.stop() : servers[0]!.terminate();
        void ledger.add("end", end);
      }
      await world.sleep(Math.random() * 10);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    for (const [at, ref] of servers.entries()) {
      const after = await ref.ask.add(1).catch(nameOf);
      // It is back, unless it was stopped, or lost too often.
      if (typeof after === "number") assert(at !== 0 || !isStopped, "stopped, but it answers");
      else {
        const { kind } = await ref.exited;
        const kinds = at === 0 && isStopped ? ["shutdown", "killed"] : [];
        assert([...kinds, "host-lost", "error"].includes(kind), `${after}, ended as ${kind}`);
      }
    }
  },
};
