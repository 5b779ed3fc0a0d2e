import { MUTEX_BYTES, mutexAt } from "./mutex_at.ts";
import type { Mutex } from "../locks/mutex.ts";

/** Where the data of an object begins: behind its lock, aligned for every type. */
export const DATA_OFFSET: number = Math.ceil(MUTEX_BYTES / 8) * 8;

let given: SharedArrayBuffer | null = null;

/** Makes an object over memory that is in use already, instead of new memory. */
export function adopt<T>(buffer: SharedArrayBuffer, make: () => T): T {
  given = buffer;
  try {
    return make();
  } finally {
    given = null;
  }
}

/** The memory of the object that is being made: what was given to it, or zeros for its lock and its data. */
export function ownMemory(dataBytes: number): { buffer: SharedArrayBuffer; isNew: boolean } {
  const buffer = given;
  given = null;
  if (buffer !== null) return { buffer, isNew: false };
  return { buffer: new SharedArrayBuffer(DATA_OFFSET + dataBytes), isNew: true };
}

/** The lock at the beginning of an object's memory. */
export function ownLock(buffer: SharedArrayBuffer): Mutex {
  return mutexAt(buffer, 0);
}
