/** Whether this thread can end without the whole program. */
const isWorker = "DedicatedWorkerGlobalScope" in globalThis;

// One bit less than a lock's word has for its owner and its flags; 0 is nobody, 1 the main thread.
const NUMBERS = 2 ** 29;

/** Number of the main thread, whose end nobody outlives. */
export const MAIN_THREAD = 1;

/**
 * Number of this thread, for memory that threads share: 1 on the main thread, in workers a random one of 29 bits.
 *
 * Two of 100 workers have the same number once in 100 000 programs; a number of more bits would not fit beside the
 * flags of a lock.
 */
export const threadNumber: number = isWorker ? randomNumber() : MAIN_THREAD;

function randomNumber(): number {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return Math.max(2, random! % NUMBERS);
}
