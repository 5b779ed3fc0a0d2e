/**
 * Hosts are killed at random under load; at the end everything has to be accounted for.
 *
 * @module
 */
import { ActorSystem, HostLostError, Queue, Supervisor } from "../../mod.ts";
import { DEATHS } from "../fixtures/deaths.ts";
import { until, within } from "../testing.ts";
import { client, consumer, type Count, counter, ledger } from "./victims.ts";

/** How the chaos went. */
export interface Report {
  /** Threads that were killed. */
  readonly kills: number;
  /** Increments that were acknowledged. */
  readonly acknowledged: number;
  /** Asks that were rejected. */
  readonly rejected: number;
  /** Items sent through the queue. */
  readonly items: number;
  /** Items that died with whoever had taken them. */
  readonly abandoned: number;
  /** What does not add up; empty when all is well. */
  readonly wrong: string[];
}

const WORKERS = 6;
const COUNTERS = 40;
const CLIENTS = 6;
const CONSUMERS = 4;
/** The end of a thread is noticed, and its actors are back, within so long on a busy machine. */
const SETTLE_MS = 15_000;

/** On a busy machine it goes on for so much longer, until there is something to account for. */
const LONGER_MS = 30_000;
/** So many kills, acknowledged increments and items are something to account for. */
const ENOUGH = { kills: 6, acknowledged: 100, items: 100 };

/** Kills threads for so long; the same seed makes the same choices. */
export async function wreak(seconds: number, seed: number): Promise<Report> {
  const random = generator(seed);
  await using system = new ActorSystem({ workers: WORKERS, askTimeoutMs: SETTLE_MS });
  system.addEventListener("error", (event) => event.preventDefault());
  await using supervisor = new Supervisor({ system, maxRestarts: 100_000 });
  const own = (index: number) => index % 20 === 0 ? { on: "own" } as const : {};
  const counters = await Promise.all(
    Array.from({ length: COUNTERS }, (_, index) => supervisor.spawn(counter.with(own(index)))),
  );
  using queue = new Queue<number>({ capacity: 100 });
  let abandoned = 0;
  queue.addEventListener("abandoned", ({ detail }) => abandoned += detail.items);
  const book = await system.spawn(ledger.with({ on: "here", concurrency: 100 }));
  for (let index = 0; index < CONSUMERS; index++) await supervisor.spawn(consumer, queue, book);

  const end = performance.now() + seconds * 1000;
  let kills = 0;
  let items = 0;
  const counts: Count[] = [];
  const isEnough = () =>
    kills >= ENOUGH.kills && counts.length >= ENOUGH.acknowledged && items >= ENOUGH.items;
  const isOver = () => {
    const late = performance.now() - end;
    return late >= LONGER_MS || late >= 0 && isEnough();
  };
  const killing = (async () => {
    while (!isOver()) {
      await new Promise((resolve) => setTimeout(resolve, 50 + 200 * random()));
      const victim = counters[Math.floor(random() * COUNTERS)]!;
      victim.tell.die(DEATHS[Math.floor(random() * DEATHS.length)]!);
      kills++;
    }
  })();
  let rejected = 0;
  /** A client on a thread that may die itself; gives how many of its asks were rejected. */
  const clientOn = async (counts: Count[]): Promise<number> => {
    try {
      const ref = await supervisor.spawn(client.with({ restart: "temporary" }), counters);
      const result = await ref.ask.run(200);
      counts.push(...result.counts);
      await ref.stop();
      return result.lost;
    } catch (error) {
      // Its own thread was the victim.
      if (error instanceof HostLostError) return 0;
      throw error;
    }
  };
  const clients = Array.from({ length: CLIENTS }, async (_, index) => {
    while (!isOver()) {
      if (index % 2 === 0) {
        const ask = counters[Math.floor(random() * COUNTERS)]!.ask.increment();
        await ask.then((count) => counts.push(count), () => rejected++);
      } else {
        rejected += await clientOn(counts);
      }
    }
  });
  const sending = (async () => {
    while (!isOver()) await queue.send(items++);
  })();

  const longestMs = seconds * 1000 + LONGER_MS + SETTLE_MS;
  await within(longestMs, "the load", Promise.all([killing, sending, ...clients]));
  const wrong: string[] = [];
  const last = await within(
    SETTLE_MS,
    "an answer of every counter",
    Promise.all(counters.map(async (ref) => await ref.ask.get().catch(() => ref.ask.get()))),
  );
  wrong.push(...doubled(counts), ...forgotten(counts, last));
  await until(SETTLE_MS, "the queue to be empty", async () => await queue.size() === 0);
  await within(SETTLE_MS, "every item to be done", queue.join());
  const entries = await book.ask.entries();
  const missing = items - entries.length;
  if (missing > abandoned) wrong.push(`${missing} items are missing, ${abandoned} were abandoned`);
  const { abandoned: left } = await within(SETTLE_MS, "the shutdown", system.shutdown());
  if (left.length > 0) wrong.push(`would not stop: ${left}`);
  if (!isEnough()) wrong.push("it was too slow to have anything to account for");
  return { kills, acknowledged: counts.length, rejected, items, abandoned, wrong };
}

/** No increment is acknowledged twice. */
function doubled(counts: Count[]): string[] {
  const seen = new Set<string>();
  const wrong: string[] = [];
  for (const { life, count } of counts) {
    const key = `${life} ${count}`;
    if (seen.has(key)) wrong.push(`increment ${key} was acknowledged twice`);
    seen.add(key);
  }
  return wrong;
}

/** As long as a counter lives it keeps what it has acknowledged. */
function forgotten(counts: Count[], last: Count[]): string[] {
  const acknowledged = new Map<string, number>();
  for (const { life, count } of counts) {
    acknowledged.set(life, Math.max(count, acknowledged.get(life) ?? 0));
  }
  return last
    .filter(({ life, count }) => count < (acknowledged.get(life) ?? 0))
    .map(({ life }) => `counter ${life} has forgotten increments`);
}

/** Numbers from 0 to 1 that only depend on the seed: mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
