import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import type { Barrier } from "../locks/barrier.ts";
import { ManagedObject } from "./managed_object.ts";
import { Opened } from "./_opened.ts";
import { untilEnded } from "./_until_ended.ts";

/**
 * A {@linkcode Barrier} that lives as long as a {@linkcode Manager}: waits for it end with the manager.
 *
 * All members are methods that return promises, `reset()` and `abort()` too.
 *
 * @example
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 *
 * await using manager = new Manager();
 * const barrier = await manager.barrier(2);
 * await Promise.all([barrier.wait(), barrier.wait()]);
 * ```
 */
export class ManagedBarrier extends ManagedObject {
  readonly #opened = new Opened<Barrier>();

  /**
   * Waits until all parties wait; resolves to the order of arrival, from 0.
   *
   * @throws {BrokenBarrierError} Rejects when the barrier is broken, or becomes so.
   * @throws {ActorStoppedError} Rejects when the manager ends meanwhile; {@linkcode HostLostError} when its thread does.
   * @throws {DOMException} Rejects with a `TimeoutError`, or the signal's reason; that breaks the barrier.
   */
  async wait(options: WaitOptions = {}): Promise<number> {
    const barrier = await this.#opened.by(this);
    return await untilEnded(this, options, (limits) => barrier.wait(limits));
  }

  /** Makes it whole again; who waits is rejected. */
  async reset(): Promise<void> {
    (await this.#opened.by(this)).reset();
  }

  /** Breaks it; who waits is rejected. */
  async abort(): Promise<void> {
    (await this.#opened.by(this)).abort();
  }
}
