import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import type { BlockingWaitOptions } from "./blocking_wait_options.ts";

/**
 * A hold of a lock; disposing it releases. It belongs to the thread that acquired it and cannot be sent.
 *
 * Releasing it twice, or after somebody else has released the lock, does nothing.
 */
export interface LockGuard extends Disposable {
  /** Whether the previous owner's thread ended while it held the lock: what the lock protects may be half changed. */
  readonly abandoned: boolean;
  /** Ends the hold. */
  release(): void;
}

/** What all locks have in common; {@linkcode Condition} takes any of them. */
export interface Lock {
  /**
   * Waits for the lock without blocking the thread.
   *
   * @throws {DOMException} `TimeoutError`, or the signal's reason.
   */
  acquire(options?: WaitOptions): Promise<LockGuard>;
  /**
   * Blocks the thread until it has the lock.
   *
   * @throws {Error} when this thread holds it, so that the wait would never end.
   * @throws {DOMException} `TimeoutError`.
   */
  acquireSync(options?: BlockingWaitOptions): LockGuard;
  /** Takes the lock if it is free. */
  tryAcquire(): LockGuard | undefined;
  /**
   * Ends the hold, whichever thread has it.
   *
   * @throws {Error} when the lock is free.
   */
  release(): void;
}
