/**
 * What the pools do, in every library the same functions.
 *
 * @module
 */

/** Nearly nothing. */
export function square(n: number): number {
  return n * n;
}

/** The same for a chunk of numbers, for libraries that do not make chunks themselves. */
export function squareAll(numbers: number[]): number[] {
  return numbers.map(square);
}

/** How many primes are below `limit`, by trial division: some milliseconds of work for a limit of 100 000. */
export function countPrimes(limit: number): number {
  let count = 0;
  for (let candidate = 2; candidate < limit; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate && isPrime; divisor++) {
      isPrime = candidate % divisor !== 0;
    }
    if (isPrime) count++;
  }
  return count;
}
