/**
 * What comes from another thread may be anything: that thread's code can reach the ports of this package, though
 * nobody but an intruder does.
 *
 * @module
 */

/** @throws {TypeError} when what came is not what is sent there. */
export function checkCame(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new TypeError(`Cannot receive message: ${what} is malformed`);
}

/** Whether it is a whole number from `least` on. */
export function isCount(value: unknown, least = 0): value is number {
  return Number.isSafeInteger(value) && value as number >= least;
}

/** @throws {TypeError} when it is no port. */
export function portIn(value: unknown, what: string): MessagePort {
  checkCame(value instanceof MessagePort, what);
  return value;
}
