import { assertEquals } from "@std/assert";
import { ActorSystem, Supervisor } from "../../mod.ts";
import { commander, mortal } from "../fixtures/life_ordered.ts";
import { hushed, probe } from "../fixtures/life_probe.ts";
import { within } from "../testing.ts";

const ROUNDS = 3;

Deno.test.each(
  (["web", "thread"] as const).flatMap((worker) =>
    (["its owner", "another worker"] as const).flatMap((by) => [
      { worker, by, isSupervised: false, drain: true },
      { worker, by, isSupervised: true, drain: false },
    ])
  ),
)(
  "An actor that $by has told to stop, drain: $drain, does not start again when its $worker worker dies, supervised: $isSupervised",
  async ({ worker, by, isSupervised, drain }) => {
    await using system = hushed(new ActorSystem({ workers: 1, worker }));
    await using supervisor = new Supervisor({ system, maxRestarts: 100 });
    const log = await system.spawn(probe);
    const neighbour = await supervisor.spawn(mortal.with({ concurrency: 2 }), log, "neighbour");
    const other = await system.spawn(commander.with({ on: "own" }));
    for (let round = 0; round < ROUNDS; round++) {
      const name = `ordered ${round}`;
      const spawner = isSupervised ? supervisor : system;
      const ref = await spawner.spawn(mortal.with({ near: neighbour, name }), log, name);
      ref.tell.wait();
      await within(20_000, "its wait", log.ask.logged(`${name} waits`));
      const stopped = by === "its owner" ? ref.stop({ drain }) : other.ask.stop(ref, drain);
      // The order has been given by now.
      await other.ask.ping();
      neighbour.tell.die("close");
      await within(20_000, "the stop", stopped);
      assertEquals((await within(20_000, "the end", ref.exited)).kind, "host-lost");
      assertEquals(await within(20_000, "the neighbour", neighbour.ask.ping()), "pong");
      assertEquals(await system.find(name), undefined);
    }
    const entries = await log.ask.entries();
    const lives = entries.filter((entry) => /^ordered \d+ \d+$/.test(entry));
    assertEquals(lives, Array.from({ length: ROUNDS }, (_, round) => `ordered ${round} 0`));
  },
);
