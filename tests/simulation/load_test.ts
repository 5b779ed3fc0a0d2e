/**
 * How much is placed where, after a worker has died at any step.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { actor, type ActorSystem, task } from "../../mod.ts";
import { thread } from "../../channels/thread/thread.ts";
import { atEachDeath, ORDER_NAMES } from "./deaths.ts";

const where = () => thread().number;
const resident = actor(import.meta, () => ({ where }));
const locate = task(import.meta, where);

const WORK: Record<string, (system: ActorSystem) => Promise<unknown>> = {
  "a task that runs": (system) => system.run(locate),
  "an actor that is stopped": async (system) => await (await system.spawn(resident)).stop(),
  "a task that is given up": async (system) => {
    const left = new AbortController();
    const run = system.run(locate.with({ signal: left.signal }));
    setImmediate(() => left.abort());
    await run;
  },
  "a task that is given up before it is placed": async (system) => {
    const left = new AbortController();
    const run = system.run(locate.with({ signal: left.signal }));
    left.abort();
    await run;
  },
  "an actor that is given up": async (system) => {
    await (await system.spawn(resident.with({ startTimeoutMs: 0.01 }))).stop();
  },
};

Deno.test.each(
  Object.entries(WORK).flatMap(([what, start]) =>
    ORDER_NAMES.map((order) => ({ what, start, order }))
  ),
)(
  "A worker is as busy as what is on it makes it, whenever one dies: $what, order: $order",
  async ({ start, order }) => {
    await atEachDeath(
      order,
      async (system, danger, world) => {
        const ones = await Promise.all(Array.from({ length: 4 }, () => system.spawn(resident)));
        const work: Promise<unknown>[] = [];
        const startSome = () => {
          for (let each = 0; each < 4; each++) work.push(start(system).catch(() => {}));
        };
        // Half of these are placed on the lost one.
        system.addEventListener("host", ({ detail: { state } }) => {
          if (state === "lost") startSome();
        });
        danger.begins();
        startSome();
        await world.sleep(5);
        danger.ends();
        await world.sleep(2_000);
        await Promise.all(work);
        const threads = await Promise.all(ones.slice(0, 2).map((one) => one.ask.where()));
        const temporary = resident.with({ restart: "temporary" });
        const refs = await Promise.all(Array.from({ length: 6 }, () => system.spawn(temporary)));
        const places = await Promise.all(refs.map((ref) => ref.ask.where()));
        return threads.map((thread) => places.filter((place) => place === thread).length).join();
      },
      "3,3",
      (counts, death) => assertEquals(counts, "3,3", death),
    );
  },
);
