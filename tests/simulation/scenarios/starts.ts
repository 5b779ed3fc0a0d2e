import { assert } from "@std/assert";
import { actor, type ActorRef, task } from "../../../mod.ts";
import { below, calm, Ledger, oneOf, retried, type Scenario, STORM } from "../scenario.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const slow = actor(import.meta, async (_context, ms: number) => {
  if (ms > 0) await pause(ms);
  return { idle() {} };
});

const nap = task(import.meta, (ms: number) => pause(ms));

type Starter = ActorRef<{
  start(ms: number, startTimeoutMs: number): Promise<void>;
  run(ms: number, timeoutMs: number): Promise<void>;
  child(ms: number): Promise<void>;
}>;

const starter = actor(import.meta, (context) => ({
  async start(ms: number, startTimeoutMs: number) {
    await context.system.spawn(slow.with({ startTimeoutMs }), ms);
  },
  run: (ms: number, timeoutMs: number) => context.system.run(nap.with({ timeoutMs }), ms),
  async child(ms: number) {
    await context.spawn(slow, ms);
  },
})).with({ concurrency: 100 });

const ENDED = ["HostLostError", "ActorStoppedError", "TimeoutError", "AbortError"];

/** Whatever is started, and taken back at any time, starts or says why not; and what is gone counts nowhere. */
export const starts: Scenario = {
  name: "starts end in one way",
  hosts: 3,
  faults: STORM,
  async run(world) {
    const system = world.system({ startTimeoutMs: 3_000 });
    system.addEventListener("error", (event) => event.preventDefault());
    const ledger = new Ledger();
    const starters: Starter[] = [];
    for (let n = 0; n < 3; n++) {
      const definition = starter.with({ restart: oneOf(["permanent", "temporary"] as const) });
      const spawning = retried(() => system.spawn(definition));
      const outcome = await ledger.add("starter", spawning, ...ENDED);
      if ("value" in outcome) starters.push(outcome.value as Starter);
    }
    const refs: ActorRef<{ idle(): void }>[] = [];
    for (let round = 0; round < 30 && starters.length > 0; round++) {
      const [ms, limit] = [below(20), oneOf([1, 5, 20, 10_000])];
      const ref = oneOf(starters);
      const choices = [
        async () => {
          const definition = slow.with({ startTimeoutMs: limit, on: oneOf(["any", "own"]) });
          const outcome = await ledger.add("spawn", system.spawn(definition, ms), ...ENDED);
          if ("value" in outcome) refs.push(outcome.value as ActorRef<{ idle(): void }>);
        },
        () => ledger.add("start", ref.ask.start(ms, limit), ...ENDED),
        () => ledger.add("run", ref.ask.run(ms, limit), ...ENDED),
        () => ledger.add("child", ref.ask.child(ms), ...ENDED),
        () => ledger.add("task", system.run(nap.with({ timeoutMs: limit }), ms), ...ENDED),
        () => {
          const controller = new AbortController();
          setTimeout(() => controller.abort(), below(20));
          const aborted = system.run(nap.with({ signal: controller.signal }), ms);
          return ledger.add("aborted task", aborted, ...ENDED);
        },
        () => ledger.add("stop", refs.pop()?.stop() ?? Promise.resolve()),
        () => ledger.add("end", below(8) > 0 ? Promise.resolve() : ref.stop()),
      ];
      void oneOf(choices)();
      await world.sleep(Math.random() * 10);
    }
    await ledger.settle(world, 60_000);
    await calm(world);
    for (const ref of refs) {
      const after = await ref.ask.idle().then(() => "idle", ({ name }) => name);
      assert(after === "idle" || ENDED.includes(after), after);
    }
  },
};
