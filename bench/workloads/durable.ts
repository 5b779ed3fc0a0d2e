import { ActorSystem } from "@troupe/actors";
import { sqlite } from "@troupe/actors/durable";
import { peersOf, startPeers } from "../harness/absent.ts";
import { expectAll } from "../harness/check.ts";
import { measure } from "../harness/measure.ts";
import { sized } from "../harness/settings.ts";
import { type Player, RATE } from "../harness/workload.ts";
import { formatNumber } from "../report/format.ts";
import { durableCounter } from "./keyed_actors.ts";

type Durability = "disk" | "process";

const SYNCHRONOUS = { disk: "FULL", process: "NORMAL" } as const;
/** How long each runs, in milliseconds. */
const RUN_MS = sized(1_500, 50);
const ROUNDS = 5;

/** Durable actors beside a store written by hand. */
export async function benchDurable(): Promise<void> {
  const dir = new URL("../../.tmp/", import.meta.url);
  await Deno.mkdir(dir, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: dir.pathname });
  let files = 0;
  const newFile = () => `${folder}/${++files}.db`;
  try {
    for (const durability of ["disk", "process"] as const) {
      for (const keys of [1, 100, 1_000]) await benchKeys(newFile, durability, keys);
    }
    await benchHotKey(newFile);
    await benchActivation(newFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asks of so many callers, each with a key of its own, one after the other. */
async function benchKeys(
  newFile: () => string,
  durability: Durability,
  keys: number,
): Promise<void> {
  // Of the peer there is this level only: bench/README.md says why.
  const peers = durability === "disk"
    ? await startPeers(await peersOf<Player>("effect", newFile, sized(keys, 1), RUN_MS))
    : [];
  await measure({
    title: `durable asks, ${keys} keys in flight, synchronous = ${SYNCHRONOUS[durability]}`,
    measures: [RATE],
    players: [
      byHand("by hand: a worker that commits in groups", newFile, durability, keys, true),
      troupe("Troupe, actors on the caller's thread", newFile, durability, keys, 0),
      troupe("Troupe, actors on a worker", newFile, durability, keys, 1),
      ...peers,
    ],
    rounds: ROUNDS,
  });
}

/** Many asks of one key at the same time: each one waits for the disk, together with others or alone. */
async function benchHotKey(newFile: () => string): Promise<void> {
  const inFlight = 100;
  await measure({
    title: `durable asks of one key, ${inFlight} in flight, synchronous = FULL`,
    measures: [RATE],
    players: [
      byHand("by hand: a commit for each", newFile, "disk", inFlight, false),
      troupe("Troupe, actors on the caller's thread", newFile, "disk", inFlight, 0, true),
      troupe("Troupe, actors on a worker", newFile, "disk", inFlight, 1, true),
    ],
    rounds: ROUNDS,
  });
}

/** The first message of actors that are on disk: each has to be read. */
async function benchActivation(newFile: () => string): Promise<void> {
  const keys = sized(10_000, 100);
  const file = newFile();
  const numbers = Array.from({ length: keys }, (_, number) => number);
  const incrementAll = async (system: ActorSystem) => {
    const waiting = [...numbers];
    const counts: number[] = [];
    await Promise.all(Array.from({ length: 100 }, async () => {
      for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
        counts.push(await system.at(durableCounter, `counter ${number}`).ask.increment());
      }
    }));
    return counts;
  };
  let times = 0;
  const store = () => sqlite(file, { durability: "process" });
  const start = () => new ActorSystem({ workers: 1, store: store(), kinds: [durableCounter] });
  await measure({
    title: `first messages to ${formatNumber(keys)} actors that are on disk, 100 in flight`,
    measures: [RATE],
    players: [{
      name: "Troupe",
      role: "troupe",
      async run() {
        await using system = start();
        await system.at(durableCounter, "first").ask.increment();
        const begin = performance.now();
        const counts = await incrementAll(system);
        const rate = keys / (performance.now() - begin) * 1_000;
        times++;
        expectAll(counts.filter((count) => count === times).length, keys, "counts");
        return [rate];
      },
    }],
    rounds: 3,
  });
}

function troupe(
  name: string,
  newFile: () => string,
  durability: Durability,
  inFlight: number,
  workers: number,
  isOneKey = false,
): Player {
  return {
    name,
    role: "troupe",
    async run() {
      const store = sqlite(newFile(), { durability });
      await using system = new ActorSystem({ workers, store, kinds: [durableCounter] });
      const refs = Array.from({ length: inFlight }, (_, number) => {
        return system.at(durableCounter, isOneKey ? "counter" : `counter ${number}`);
      });
      await Promise.all(refs.map((ref) => ref.ask.increment()));
      let last = 0;
      const { rate, done } = await repeat(refs, async (ref) => {
        last = await ref.ask.increment();
      });
      if (isOneKey) {
        expectAll(Math.max(last, await refs[0]!.ask.increment() - 1), done + inFlight, "asks");
      }
      return [rate];
    },
  };
}

function byHand(
  name: string,
  newFile: () => string,
  durability: Durability,
  inFlight: number,
  isGrouped: boolean,
): Player {
  return {
    name,
    role: "by-hand",
    async run() {
      const worker = new Worker(new URL("./raw_store.ts", import.meta.url), { type: "module" });
      const waits = new Map<unknown, () => void>();
      worker.onmessage = ({ data }) => {
        waits.get(data)!();
        waits.delete(data);
      };
      const answer = (id: unknown) => new Promise<void>((resolve) => void waits.set(id, resolve));
      const ready = answer("ready");
      worker.postMessage([newFile(), SYNCHRONOUS[durability], isGrouped]);
      await ready;
      let ids = 0;
      const counts = new Array(inFlight).fill(0);
      const { rate } = await repeat(counts.map((_, number) => number), (number) => {
        const id = ++ids;
        const value = JSON.stringify({ count: ++counts[number] });
        worker.postMessage([id, `counter ${number}`, value]);
        return answer(id);
      });
      worker.terminate();
      return [rate];
    },
  };
}

/** Does something for each thing, again and again, as long as a run takes. */
async function repeat<T>(
  things: readonly T[],
  work: (thing: T) => Promise<void>,
): Promise<{ rate: number; done: number }> {
  const start = performance.now();
  let done = 0;
  await Promise.all(things.map(async (thing) => {
    while (performance.now() - start < RUN_MS) {
      await work(thing);
      done++;
    }
  }));
  return { rate: done / (performance.now() - start) * 1_000, done };
}
