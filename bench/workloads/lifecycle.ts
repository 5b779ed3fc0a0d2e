import { type ActorRef, ActorSystem, Pool } from "@troupe/actors";
import { peersOf, startPeers } from "../harness/absent.ts";
import { sink } from "./actors.ts";
import { expectAll } from "../harness/check.ts";
import { benchLoss } from "./host_loss.ts";
import { measure } from "../harness/measure.ts";
import type { Echo } from "./echo.ts";
import { square } from "./pool_tasks.ts";
import { RawWorker } from "./raw.ts";
import { messageOf } from "./raw_messages.ts";
import { sized } from "../harness/settings.ts";
import type { Measure, Player } from "../harness/workload.ts";

const TIME: Measure = { name: "time", unit: "ms", best: "least" };
const message = messageOf(1);

/** The start of a worker, and what the loss of one costs. */
export async function benchLifecycle() {
  await measure({
    title: "from nothing to the first answer of a worker",
    measures: [TIME],
    players: [
      { name: "new Worker", role: "raw", run: startRaw },
      { name: "Troupe: ActorSystem, spawn, ask", role: "troupe", run: startSystem },
      { name: "Troupe: Pool, run", role: "troupe", run: startPool },
      ...await startingPeers(),
    ],
    rounds: sized(21, 1),
  });
  await benchLoss();
}

/** The workers end in the background: only their start is measured. */
async function startRaw(): Promise<[number]> {
  const start = performance.now();
  using raw = new RawWorker();
  expectAll((await raw.call<{ id: number }>({ kind: "echo", id: 1, message })).id, 1, "answer");
  return [performance.now() - start];
}

async function startSystem(): Promise<[number]> {
  const start = performance.now();
  await using system = new ActorSystem({ workers: 1 });
  const ref: ActorRef<{ next(): number }> = await system.spawn(sink);
  expectAll(await ref.ask.next(), 1, "answer");
  return [performance.now() - start];
}

async function startPool(): Promise<[number]> {
  const start = performance.now();
  await using pool = new Pool({ workers: 1 });
  expectAll(await pool.run(square, 3), 9, "answer");
  return [performance.now() - start];
}

async function startingPeers(): Promise<Player[]> {
  const starts = await peersOf<Echo>("echoes");
  // One start before, to see who runs here, and to have everything downloaded.
  const found = await startPeers(starts);
  await Promise.all(found.map((peer) => peer.close()));
  return Object.entries(starts).filter(([name]) => found.some((peer) => peer.name === name))
    .map(([name, open]) => ({
      name,
      role: "peer",
      async run() {
        const start = performance.now();
        const peer = await open();
        expectAll((await peer.echo(message)).id, 1, "answer");
        const took = performance.now() - start;
        await peer.close();
        return [took];
      },
    }));
}
