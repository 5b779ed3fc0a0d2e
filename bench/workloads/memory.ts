import { ActorSystem } from "@troupe/actors";
import { sink } from "./actors.ts";
import { expectAll } from "../harness/check.ts";
import { formatNumber } from "../report/format.ts";
import { collectGarbage } from "../harness/garbage.ts";
import { measure } from "../harness/measure.ts";
import { idle } from "./one_thread_actors.ts";
import { sized } from "../harness/settings.ts";

const BURST = 10_000;

/** What many actors and many messages leave in memory. */
export async function benchMemory() {
  await benchIdle();
  await benchMessages();
}

/** A million idle actors: what each one takes, and that all of them answer. */
async function benchIdle(): Promise<void> {
  const actors = sized(1_000_000, 1_000);
  await measure({
    title: `${formatNumber(actors)} idle actors with three handlers`,
    measures: [
      { name: "heap for each", unit: "bytes", best: "least" },
      { name: "start of all", unit: "ms", best: "least" },
    ],
    players: [{
      name: "Troupe",
      role: "troupe",
      async run() {
        await using system = new ActorSystem({ workers: 0, shutdownMs: 60_000 });
        const before = heapUsed();
        const start = performance.now();
        const first = await system.spawn(idle, 1);
        for (let index = 2; index < actors; index++) await system.spawn(idle, index);
        const last = await system.spawn(idle, actors);
        const took = performance.now() - start;
        const bytes = (heapUsed() - before) / actors;
        expectAll(await first.ask.get() + await last.ask.get(), actors + 1, "state");
        return [bytes, took];
      },
    }],
    rounds: 1,
  });
}

/** Ten million messages: the heap is as large afterwards as before. */
async function benchMessages(): Promise<void> {
  const messages = sized(10_000_000, 20_000);
  await using system = new ActorSystem({ workers: 1 });
  const refs = {
    here: await system.spawn(sink.with({ on: "here" })),
    worker: await system.spawn(sink),
  };
  for (const [place, ref] of Object.entries(refs)) {
    await measure({
      title: `heap that ${formatNumber(messages)} messages leave behind, to: ${place}`,
      measures: [{ name: "bytes", unit: "bytes", best: "least" }],
      players: [{
        name: "Troupe",
        role: "troupe",
        async run() {
          await ref.ask.take();
          const before = heapUsed();
          for (let sent = 0; sent < messages; sent += BURST) {
            for (let each = 0; each < BURST; each++) {
              ref.tell.put({ id: each, name: "message", v: [1, 2, 3] });
            }
            await ref.ask.nothing();
          }
          expectAll(await ref.ask.take(), messages, "messages");
          return [heapUsed() - before];
        },
      }],
      rounds: 1,
    });
  }
}

function heapUsed(): number {
  collectGarbage();
  return Deno.memoryUsage().heapUsed;
}
