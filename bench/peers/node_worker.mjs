// A worker of the pools on Node: the functions of pool_work.ts.
export const square = (n) => n * n;

export const squareAll = (numbers) => numbers.map(square);

export function countPrimes(limit) {
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

export default square;
