/** What is noted at the end of a stretch of the soak. */
export interface Sample {
  /** Half of the asks were answered within so many milliseconds. */
  readonly p50Ms: number;
  /** 99 of 100 were. */
  readonly p99Ms: number;
  /** Heap of the main thread after a collection, in bytes. */
  readonly heapBytes: number;
  /** Memory of the process, in bytes. */
  readonly rssBytes: number;
  /** Threads of Troupe that are alive. */
  readonly threads: number;
}

/** How much more than in the first third a figure may be in the last one: so many times, and so much on top. */
interface Allowance {
  readonly title: string;
  readonly times: number;
  readonly plus: number;
}

const MEBIBYTE = 2 ** 20;

// Wide enough for a busy machine, and for the memory that V8 and the allocator keep for later.
const ALLOWANCES: Record<keyof Sample, Allowance> = {
  p50Ms: { title: "p50 in ms", times: 2, plus: 2 },
  p99Ms: { title: "p99 in ms", times: 2.5, plus: 25 },
  heapBytes: { title: "heap in bytes", times: 1.25, plus: 4 * MEBIBYTE },
  rssBytes: { title: "memory of the process in bytes", times: 1.5, plus: 64 * MEBIBYTE },
  threads: { title: "threads", times: 1, plus: 1 },
};

/**
 * Says which figures have grown: those that are usually greater in the last third of the samples than they were in the first
 * one, by more than noise explains. A single slow moment is no growth. The first sample does not count: everything is new
 * then.
 */
export function judge(samples: readonly Sample[]): string[] {
  const counted = samples.slice(1);
  const third = Math.floor(counted.length / 3);
  if (third === 0) return [];
  const keys = Object.keys(ALLOWANCES) as (keyof Sample)[];
  return keys.flatMap((key) => {
    const { title, times, plus } = ALLOWANCES[key];
    const before = lowerMedian(counted.slice(0, third).map((sample) => sample[key]));
    const after = lowerMedian(counted.slice(-third).map((sample) => sample[key]));
    return after > before * times + plus ? [`${title}: grew from ${before} to ${after}`] : [];
  });
}

/** Of two the lesser one: a slow moment is no reason to complain. */
function lowerMedian(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[(numbers.length - 1) >> 1]!;
}
