import { madeOver } from "../words/memory.ts";
import { Mutex } from "../locks/mutex.ts";

/** Length of a {@linkcode Mutex} in memory. */
export const MUTEX_BYTES = 8;

/** The mutex in a part of a buffer, at a multiple of 4; zeroed memory is a free one. */
export function mutexAt(buffer: SharedArrayBuffer, byteOffset: number): Mutex {
  return madeOver({ buffer, byteOffset }, () => new Mutex());
}
