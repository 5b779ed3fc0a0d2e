import { type ActorRef, transfer } from "@troupe/actors";
import type { Sink } from "./actors.ts";
import { expectAll } from "../harness/check.ts";
import { measure } from "../harness/measure.ts";
import type { RawWorker } from "./raw.ts";
import { sized } from "../harness/settings.ts";
import type { Measure, Player, Role } from "../harness/workload.ts";

const MEBIBYTE = 2 ** 20;
const SPEED: Measure = { name: "speed", unit: "MiB/s", best: "most" };
const TIME: Measure = { name: "time", unit: "us", best: "least" };

/** Large buffers to a worker and back: copied, beside a copy within the thread, and moved. */
export async function benchBuffers(raw: RawWorker, there: ActorRef<Sink>): Promise<void> {
  for (const mebibytes of [1, 16, 64]) {
    await compareCopies(mebibytes, raw, there);
    await compareMoves(mebibytes, raw, there);
  }
}

async function compareCopies(mebibytes: number, raw: RawWorker, there: ActorRef<Sink>) {
  const copies = sized(Math.max(4, 64 / mebibytes), 1);
  const buffer = new Uint8Array(mebibytes * MEBIBYTE).fill(7).buffer;
  const player = (name: string, role: Role, copy: () => Promise<number>): Player => ({
    name,
    role,
    async run() {
      const start = performance.now();
      for (let copied = 0; copied < copies; copied++) {
        expectAll(await copy(), buffer.byteLength, "bytes");
      }
      return [mebibytes * copies / (performance.now() - start) * 1000];
    },
  });
  await measure({
    title: `a buffer of ${mebibytes} MiB to a worker, copied`,
    measures: [SPEED],
    players: [
      player("postMessage", "raw", () => raw.call({ kind: "size", buffer })),
      player(
        "Uint8Array.slice, in the thread",
        "by-hand",
        () => Promise.resolve(new Uint8Array(buffer).slice().byteLength),
      ),
      player("Troupe: ask", "troupe", () => there.ask.byteLength(buffer)),
    ],
  });
}

async function compareMoves(mebibytes: number, raw: RawWorker, there: ActorRef<Sink>) {
  const moves = sized(20, 2);
  const player = (
    name: string,
    role: Role,
    move: (own: ArrayBuffer) => Promise<ArrayBuffer>,
  ): Player => {
    let buffer = new ArrayBuffer(mebibytes * MEBIBYTE);
    return {
      name,
      role,
      async run() {
        const start = performance.now();
        for (let moved = 0; moved < moves; moved++) buffer = await move(buffer);
        const took = performance.now() - start;
        expectAll(buffer.byteLength, mebibytes * MEBIBYTE, "bytes");
        return [took / moves * 1000];
      },
    };
  };
  await measure({
    title: `a buffer of ${mebibytes} MiB to a worker and back, moved`,
    measures: [TIME],
    players: [
      player("postMessage", "raw", (buffer) => raw.call({ kind: "bounce", buffer }, [buffer])),
      player(
        "Troupe: ask with transfer",
        "troupe",
        (buffer) => there.ask.bounce(transfer(buffer, [buffer])),
      ),
    ],
    rounds: 21,
  });
}
