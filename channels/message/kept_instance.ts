/**
 * Stands for an instance of a class that is not registered in this thread, where values are only stored for others:
 * what it was encoded to is sent on as it is.
 */
export class KeptInstance {
  /** As the class is registered elsewhere. */
  readonly name: string;
  /** What `encode` gave. */
  readonly data: unknown;

  constructor(name: string, data: unknown) {
    this.name = name;
    this.data = data;
  }
}

/** What stands for a kept instance in a message. */
export function dataOf(kept: unknown): unknown {
  return (kept as KeptInstance).data;
}
