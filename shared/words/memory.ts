import { Adoption } from "../../channels/vocabulary/adoption.ts";
/** A part of a buffer, from an offset on, which holds the state of something shared. */
export interface MemoryRange {
  /** The memory. */
  readonly buffer: SharedArrayBuffer;
  /** Where it begins there, a multiple of 4. */
  readonly byteOffset: number;
}

const adoption = new Adoption<MemoryRange>();

/** Makes an object over memory that is in use already, instead of new memory. */
export function madeOver<T>(range: MemoryRange, make: () => T): T {
  return adoption.with(range, make);
}

/** Whether the object that is being made gets memory that is in use already. */
export function isMadeOver(): boolean {
  return adoption.isDue;
}

/** The words of the object that is being made: those given to it, or new ones, which hold 0. */
export function ownWords(count: number): Int32Array<SharedArrayBuffer> {
  const range = adoption.take();
  return range === null
    ? new Int32Array(new SharedArrayBuffer(4 * count))
    : new Int32Array(range.buffer, range.byteOffset, count);
}
