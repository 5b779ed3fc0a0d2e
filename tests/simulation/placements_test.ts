import { actor } from "../../mod.ts";
import { simulate } from "../../testing/mod.ts";

const idler = actor(import.meta, () => ({ idle() {} }));

/** Starts actors wherever there is least to do. */
const starter = actor(import.meta, (context) => ({
  async start(count: number) {
    const starts = Array.from({ length: count }, () => context.system.spawn(idler));
    await Promise.allSettled(starts);
  },
})).with({ concurrency: 10, restart: "temporary" });

Deno.test(
  "What was placed for a worker that dies before it starts it does not count",
  simulate({ seeds: 100, hosts: 3, checks: true, faults: { kill: 2 } }, async (world) => {
    const system = world.system();
    const starters = [];
    for (let n = 0; n < 3; n++) {
      const ref = await system.spawn(starter).catch(() => null);
      if (ref !== null) starters.push(ref);
    }
    for (let round = 0; round < 4; round++) {
      for (const ref of starters) ref.tell.start(2);
      await world.sleep(5);
    }
    await world.sleep(1_000);
  }),
);
