/** Where in which buffer the state of something shared is. */
export interface Place {
  /** The memory. */
  readonly buffer: SharedArrayBuffer;
  /** Where it begins there, a multiple of 4. */
  readonly byteOffset: number;
}

let given: Place | null = null;

/** Makes an object over memory that is in use already, instead of new memory. */
export function madeOver<T>(place: Place, make: () => T): T {
  given = place;
  try {
    return make();
  } finally {
    given = null;
  }
}

/** Whether the object that is being made gets memory that is in use already. */
export function isMadeOver(): boolean {
  return given !== null;
}

/** The words of the object that is being made: those given to it, or new ones, which hold 0. */
export function ownWords(count: number): Int32Array<SharedArrayBuffer> {
  if (given === null) return new Int32Array(new SharedArrayBuffer(4 * count));
  const { buffer, byteOffset } = given;
  given = null;
  return new Int32Array(buffer, byteOffset, count);
}
