/** A hold that can be interrupted: the lock is free for others then, until it is taken again under the same guard. */
export interface Suspended {
  /** Releases the lock. */
  interrupt(): void;
  /** Waits without a limit. */
  resume(): Promise<void>;
  /** Blocks without a limit. */
  resumeSync(): void;
}

/** Key of the method by which a condition releases its lock for the time of a wait. */
export const SUSPEND: unique symbol = Symbol("troupe.suspend");

/** A lock that a condition can use. */
export interface Suspendable {
  /**
   * This thread's hold, so that it can be interrupted.
   *
   * @param doing Completes "Cannot ...".
   * @throws {Error} when this thread has none.
   */
  [SUSPEND](doing: string): Suspended;
}
