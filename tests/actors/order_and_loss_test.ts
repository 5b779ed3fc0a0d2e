import { assertEquals } from "@std/assert";
import { ActorSystem, type RefOf, Supervisor } from "../../mod.ts";
import { commander, mortal } from "../fixtures/life_ordered.ts";
import { hushed, probe } from "../fixtures/life_probe.ts";
import { simulated } from "../simulation/simulated.ts";
import { until, within } from "../testing.ts";

const ROUNDS = 3;

simulated.each(
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

async function block(ref: RefOf<typeof commander>): Promise<() => void> {
  const words = new Int32Array(new SharedArrayBuffer(8));
  ref.tell.block(words);
  await until(10_000, "a blocked thread", () => Atomics.load(words, 0) === 1);
  return () => {
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
  };
}

Deno.test.each([
  { how: "stop", owner: "the program" },
  { how: "terminate", owner: "the program" },
  { how: "stop", owner: "a third worker" },
])(
  "An actor of $owner that another worker tells to $how while its own is lost does not start again",
  async ({ how, owner }) => {
    await using system = hushed(new ActorSystem({ workers: 1 }));
    const log = await system.spawn(probe);
    const neighbour = await system.spawn(mortal.with({ concurrency: 2 }), log, "neighbour");
    const other = await system.spawn(commander.with({ on: "own" }));
    const late = await system.spawn(commander.with({ on: "own" }));
    const ref = owner === "the program"
      ? await system.spawn(mortal.with({ near: neighbour }), log, "ordered")
      : await late.ask.raise(neighbour, log, "ordered");
    // Before this one has heard of the loss it is not decided who starts again.
    const decide = await block(late);
    const asked = neighbour.ask.wait();
    neighbour.tell.die("close");
    await within(20_000, "the loss", asked.catch(() => {}));
    // So that the other one has heard of it, and said what it knows of the lost actors.
    for (let n = 0; n < 10; n++) await other.ask.ping();
    const ordered = how === "stop" ? other.ask.stop(ref, false) : other.ask.terminate(ref);
    await other.ask.ping();
    // It hears of the decision when the actors are back.
    const goOn = await block(other);
    decide();
    await within(20_000, "the neighbour", neighbour.ask.ping());
    goOn();
    await within(20_000, "the order", ordered);
    await within(20_000, "the end", ref.exited);
    assertEquals(await neighbour.ask.ping(), "pong");
    const lives = (await log.ask.entries()).filter((entry) => /\d$/.test(entry));
    assertEquals(lives, ["neighbour 0", "ordered 0", "neighbour 1"]);
  },
);
