/**
 * How far a worker of a pool has come, in one shared word: the lowest serial that has not begun.
 *
 * The worker raises it by one to begin a job; the pool raises it beyond all that it has sent to call those back that
 * have not begun. Both by compare-and-exchange, so each job is either begun or called back, also when the worker dies.
 *
 * @module
 */

/** What the pool and one worker share. */
export function newProgress(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Begins a job in the worker, unless it was called back. */
export function begin(progress: Int32Array, serial: number): boolean {
  for (;;) {
    const next = Atomics.load(progress, 0);
    if (serial < next) return false;
    if (Atomics.compareExchange(progress, 0, next, serial + 1) === next) return true;
  }
}

/** The lowest serial that has not begun. */
export function notBegun(progress: Int32Array): number {
  return Atomics.load(progress, 0);
}

/** Calls back what has not begun, up to before a serial; gives the lowest that was called back. */
export function callBack(progress: Int32Array, before: number): number {
  for (;;) {
    const next = Atomics.load(progress, 0);
    if (next >= before || Atomics.compareExchange(progress, 0, next, before) === next) return next;
  }
}
