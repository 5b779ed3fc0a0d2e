import { collectGarbage } from "../harness/garbage.ts";
import { percentile } from "../report/statistics.ts";
import { judge, type Sample } from "./judge.ts";
import { bearLoad } from "./load.ts";

/** How the soak went. */
export interface SoakReport {
  readonly samples: readonly Sample[];
  /** What has grown; empty when all is well. */
  readonly grown: readonly string[];
}

/** Options for {@linkcode soak}. */
export interface SoakOptions {
  /** How long, in milliseconds. */
  forMs: number;
  /** Called at the end of each stretch: a minute, or a seventh of a shorter soak. */
  onSample: (sample: Sample) => void;
}

const MINUTE_MS = 60_000;
const STRETCHES = 7;

/**
 * Bears mixed load for some time, and says what has grown meanwhile.
 *
 * @throws {Error} Rejects when a message or a result was lost.
 */
export async function soak({ forMs, onSample }: SoakOptions): Promise<SoakReport> {
  const samples: Sample[] = [];
  const stop = new AbortController();
  let times: number[] = [];
  const loaded = bearLoad(stop.signal, (ms) => times.push(ms));
  const stretchMs = Math.min(MINUTE_MS, forMs / STRETCHES);
  const watching = (async () => {
    for (let left = Math.round(forMs / stretchMs); left > 0; left--) {
      await pause(stretchMs, stop.signal);
      // On a busy machine the workers may not even have started yet.
      const end = performance.now() + MINUTE_MS;
      while (times.length === 0 && !stop.signal.aborted && performance.now() < end) {
        await pause(100, stop.signal);
      }
      if (stop.signal.aborted) return;
      if (times.length === 0) throw new Error("Cannot soak: no ask was answered in a minute");
      const sample = await take(times);
      times = [];
      samples.push(sample);
      onSample(sample);
    }
  })();
  // Whatever ends first, the other one ends with it.
  const ended = [loaded, watching].map((each) => each.finally(() => stop.abort()));
  await Promise.all(ended);
  return { samples, grown: judge(samples) };
}

async function take(times: readonly number[]): Promise<Sample> {
  collectGarbage();
  const { heapUsed, rss } = Deno.memoryUsage();
  return {
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    heapBytes: heapUsed,
    rssBytes: rss,
    threads: await countThreads(),
  };
}

interface LockSnapshot {
  held?: { name?: string }[];
}

/** A live thread of Troupe holds a Web Lock. */
async function countThreads(): Promise<number> {
  // Deno's types do not have `navigator.locks` yet.
  const { locks } = navigator as unknown as { locks: { query(): Promise<LockSnapshot> } };
  return (await locks.query()).held?.length ?? 0;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
