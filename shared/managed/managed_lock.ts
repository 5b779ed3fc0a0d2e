import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import type { LockGuard } from "../vocabulary/lock.ts";
import { ManagedObject } from "./managed_object.ts";
import { Opened } from "./_opened.ts";
import { untilEnded } from "./_until_ended.ts";
import type { Mutex } from "../locks/mutex.ts";

/**
 * A {@linkcode Mutex} that lives as long as a {@linkcode Manager}: waits for it end with the manager. Acquiring and
 * releasing takes no round trip after the first time.
 *
 * All members are methods that return promises, `release()` too; a guard's own `release()` is immediate.
 *
 * @example
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 *
 * await using manager = new Manager();
 * const lock = await manager.lock();
 * using _guard = await lock.acquire();
 * ```
 */
export class ManagedLock extends ManagedObject {
  readonly #opened = new Opened<Mutex>();

  /**
   * Waits for the lock.
   *
   * @throws {ActorStoppedError} Rejects when the manager ends meanwhile; {@linkcode HostLostError} when its thread does.
   * @throws {DOMException} Rejects with a `TimeoutError`, or the signal's reason.
   */
  async acquire(options: WaitOptions = {}): Promise<LockGuard> {
    const mutex = await this.#opened.by(this);
    return await untilEnded(this, options, (limits) => mutex.acquire(limits));
  }

  /** Takes the lock if it is free. */
  async tryAcquire(): Promise<LockGuard | undefined> {
    return (await this.#opened.by(this)).tryAcquire();
  }

  /**
   * Ends the hold, whichever thread has it.
   *
   * @throws {Error} Rejects when the lock is free.
   */
  async release(): Promise<void> {
    (await this.#opened.by(this)).release();
  }
}
