import { Adoption } from "../../channels/vocabulary/adoption.ts";
import { Mutex } from "../locks/mutex.ts";
import { madeOver } from "../words/memory.ts";

/** Length of a {@linkcode Mutex} in memory. */
export const MUTEX_BYTES = 8;

/** The mutex in a part of a buffer, at a multiple of 4; zeroed memory is a free one. */
export function mutexAt(buffer: SharedArrayBuffer, byteOffset: number): Mutex {
  return madeOver({ buffer, byteOffset }, () => new Mutex());
}

/** Where the data of an object begins: behind its lock, aligned for every type. */
export const DATA_OFFSET: number = Math.ceil(MUTEX_BYTES / 8) * 8;

const adoption = new Adoption<SharedArrayBuffer>();

/** Makes an object over memory that is in use already, instead of new memory. */
export function adopt<T>(buffer: SharedArrayBuffer, make: () => T): T {
  return adoption.with(buffer, make);
}

/** The memory of the object that is being made: what was given to it, or zeros for its lock and its data. */
export function ownMemory(dataBytes: number): { buffer: SharedArrayBuffer; isNew: boolean } {
  const buffer = adoption.take();
  if (buffer !== null) return { buffer, isNew: false };
  return { buffer: new SharedArrayBuffer(DATA_OFFSET + dataBytes), isNew: true };
}

/** The lock at the beginning of an object's memory. */
export function ownLock(buffer: SharedArrayBuffer): Mutex {
  return mutexAt(buffer, 0);
}
