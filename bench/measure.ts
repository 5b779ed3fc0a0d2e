/** One way of doing the same work. */
export interface Contender {
  /** Name for the table. */
  name: string;
  /** Does the work once. */
  run: () => Promise<void>;
}

/** A comparison of contenders over the same work. */
export interface Comparison {
  /** What is done. */
  title: string;
  /** How many operations one run does. */
  operations: number;
  /** What to compare; the others are given as a multiple of the first one. */
  contenders: Contender[];
  /**
   * Interleaved rounds after one to warm up.
   *
   * @default {9}
   */
  rounds?: number;
}

/**
 * Runs the contenders in turn, round after round, so that what disturbs the machine disturbs all of them, and
 * prints the medians of each one's rate and of its ratio to the first one in the same round.
 */
export async function compare({ title, operations, contenders, rounds = 9 }: Comparison) {
  const times = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, { run }] of contenders.entries()) {
      const start = performance.now();
      await run();
      if (round >= 0) times[index]!.push(performance.now() - start);
    }
  }
  console.log(`\n${title}`);
  for (const [index, { name }] of contenders.entries()) {
    const own = times[index]!;
    const ratio = median(own.map((time, round) => times[0]![round]! / time));
    const each = median(own) / operations;
    const cost = each < 0.001 ? `${(each * 1e6).toFixed(0)} ns` : `${(each * 1e3).toFixed(2)} us`;
    const rate = Math.round(1000 / each).toLocaleString("en-US");
    console.log(
      `  ${name.padEnd(34)} ${rate.padStart(12)}/s ${cost.padStart(10)}  x${ratio.toFixed(2)}`,
    );
  }
}

/** The middle one of some numbers. */
export function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}
