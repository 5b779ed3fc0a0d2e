/** Runs at most, while looking for fewer faults. */
const MOST_RUNS = 60;

/**
 * Leaves out what is not needed: halves first, then smaller parts.
 *
 * A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", 2002, without its complements.
 *
 * @param needed All of them.
 * @param isEnough Whether some are enough.
 * @returns Those that are needed, as far as was found.
 */
export async function shrink(
  needed: readonly number[],
  isEnough: (some: readonly number[]) => Promise<boolean>,
): Promise<number[]> {
  let left = [...needed];
  let runs = 0;
  for (let size = left.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < left.length && runs < MOST_RUNS; runs++) {
      const some = left.toSpliced(at, size);
      // Without that part there are others at its place.
      if (await isEnough(some)) left = some;
      else at += size;
    }
  }
  return left;
}
