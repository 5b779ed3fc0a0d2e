import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem, Supervisor } from "../../mod.ts";
import { PLACES, probe } from "../fixtures/life_probe.ts";
import { ghost, revenant, testator } from "../fixtures/past_life.ts";
import { simulated } from "../simulation/simulated.ts";
import { within } from "../testing.ts";

/** What code of a past life gets. */
const REFUSED = [
  "spawn: ActorStoppedError",
  "spawn here: ActorStoppedError",
  "spawn named: ActorStoppedError",
  "run: ActorStoppedError",
  "find: ActorStoppedError",
  "watch: AbortError",
  "supervise: ActorStoppedError",
  "after: object",
  "every: object",
  "become: undefined",
  "stop: undefined",
];

const WAYS = ["haunt", "float"] as const;
const ENDS = ["fail", "terminate", "stop", "leave"] as const;

/** A system with a ghost whose life ends soon. */
async function haunted(workers: number) {
  const system = new ActorSystem({ workers, shutdownMs: 100 });
  system.addEventListener("error", (event) => event.preventDefault());
  const [log, gate] = [await system.spawn(probe), await system.spawn(probe)];
  return {
    system,
    log,
    gate,
    /** Lets the ghost go on, and gives what it has found. */
    async entries(): Promise<string[]> {
      gate.tell.open();
      await within(10_000, "the ghost", log.ask.logged("end"));
      await within(10_000, "its callback", log.ask.logged("onStop runs"));
      return (await log.ask.entries()).filter((entry) => !["end", "onStop runs"].includes(entry));
    },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

simulated.each(PLACES.flatMap((place) => ENDS.map((end) => ({ end, ...place }))))(
  "ActorContext refuses code that goes on after its life ($end), on $where",
  async ({ end, workers }) => {
    for (const way of WAYS) {
      await using here = await haunted(workers);
      const { system, log, gate } = here;
      const ref = await system.spawn(ghost.with({ concurrency: 3 }), log, gate, null);
      const haunting = ref.ask[way]().catch(() => {});
      await within(
        10_000,
        "the pause",
        gate.ask.logged(way === "haunt" ? "in a handler" : "floating"),
      );
      if (end === "fail") {
        await assertRejects(() => ref.ask.fail(), RangeError);
        assertEquals(await within(10_000, "the next life", ref.ask.who()), "life 1");
      } else {
        await (end === "leave" ? ref.ask.leave() : ref[end]());
        await within(10_000, "the end", ref.exited);
      }
      assertEquals(await here.entries(), REFUSED, way);
      await haunting;
      if (end === "fail") assertEquals(await ref.ask.who(), "life 1");
      assertEquals(await system.find("orphan"), undefined);
    }
  },
);

simulated.each(PLACES)(
  "ActorContext refuses code of a setup that took too long, the first or a later one, on $where",
  async ({ workers }) => {
    for (const slowStart of [0, 1]) {
      await using here = await haunted(workers);
      const { system, log, gate } = here;
      await system.spawn(ghost, log, gate, null); // The thread is there.
      const kind = ghost.with({ startTimeoutMs: 1_500 });
      const started = system.spawn(kind, log, gate, slowStart);
      if (slowStart === 0) {
        await assertRejects(
          () => within(10_000, "the rejection", started),
          DOMException,
          "1500 ms",
        );
      } else {
        const ref = await started;
        await assertRejects(() => ref.ask.fail(), RangeError);
        assertEquals(await within(10_000, "the life after", ref.ask.who()), "life 2");
      }
      assert((await gate.ask.entries()).includes("in setup"));
      assertEquals(await here.entries(), REFUSED, `start ${slowStart}`);
    }
  },
);

simulated.each(PLACES)(
  "A child that an onStop callback starts is stopped before its parent has ended, on $where",
  async ({ workers }) => {
    await using system = new ActorSystem({ workers });
    const log = await system.spawn(probe);
    const ref = await system.spawn(testator, log);
    await within(10_000, "the stop", ref.stop());
    const entries = await log.ask.entries();
    assertEquals(entries, ["orphan starts", "registered late", "parent stops", "orphan stops"]);
  },
);

simulated.each(PLACES)(
  "A turn of a past life may ask its actor, whom it does not block any more, on $where",
  async ({ workers }) => {
    await using here = await haunted(workers);
    const { system, log, gate } = here;
    await using supervisor = new Supervisor({ system, strategy: "one-for-all" });
    const ref = await supervisor.spawn(revenant, log, gate);
    const sibling = await supervisor.spawn(revenant, log, gate);
    const asking = ref.ask.askSelf().catch(() => {});
    await within(10_000, "the pause", gate.ask.logged("waits"));
    await assertRejects(() => sibling.ask.fail(), RangeError);
    assertEquals(await within(10_000, "the next life", ref.ask.who()), "life 1");
    gate.tell.open();
    await within(10_000, "the old turn", log.ask.logged("life 1"));
    await asking;
  },
);
