import { untilSent } from "../../channels/waits/unsent.ts";
import type { Queue, ReceiveResult } from "../../channels/queue/queue.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { ManagedObject } from "./managed_object.ts";
import { Opened } from "./_opened.ts";

/**
 * A {@linkcode Queue} whose home is a {@linkcode Manager}, so that it does not end with the thread that made it. Waiting
 * in it delays nobody else. When the manager ends, waits reject with a {@linkcode ChannelClosedError}.
 *
 * All members are methods that return promises, `size()` and `close()` too; it has no `capacity` to look at.
 *
 * @example
 * ```ts
 * import { Manager } from "@troupe/actors/shared";
 * import { assertEquals } from "@std/assert";
 *
 * await using manager = new Manager();
 * const jobs = await manager.queue<string>();
 * await jobs.send("hello");
 * assertEquals(await jobs.receive(), "hello");
 * ```
 *
 * @typeParam T Type of the items.
 */
export class ManagedQueue<T = unknown> extends ManagedObject {
  readonly #opened = new Opened<Queue<T>>();

  /** See {@linkcode Queue.send}. The first use of a handle takes a round trip more, and captures the item after it. */
  async send(item: T, options?: WaitOptions): Promise<void> {
    await (await this.#openToSend()).send(item, options);
  }

  /** See {@linkcode Queue.trySend}. */
  async trySend(item: T): Promise<boolean> {
    return await (await this.#openToSend()).trySend(item);
  }

  /** See {@linkcode Queue.receive}. */
  async receive(options?: WaitOptions): Promise<T> {
    return await (await this.#opened.by(this)).receive(options);
  }

  /** See {@linkcode Queue.tryReceive}. */
  async tryReceive(): Promise<ReceiveResult<T>> {
    return await (await this.#opened.by(this)).tryReceive();
  }

  /** How many items wait. */
  async size(): Promise<number> {
    return await (await this.#opened.by(this)).size();
  }

  /** See {@linkcode Queue.done}. */
  async done(): Promise<void> {
    await (await this.#opened.by(this)).done();
  }

  /** See {@linkcode Queue.join}. */
  async join(options?: WaitOptions): Promise<void> {
    await (await this.#opened.by(this)).join(options);
  }

  /** See {@linkcode Queue.close}. */
  async close(options?: { discard?: boolean }): Promise<void> {
    (await this.#opened.by(this)).close(options);
  }

  /** The items as they come, until the queue is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    yield* await this.#opened.by(this);
  }

  /** Gives this handle up, not the queue; twice is harmless. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#opened.thing?.then((queue) => queue[Symbol.dispose](), () => {});
  }

  #openToSend(): Promise<Queue<T>> {
    return untilSent(this.#opened.by(this));
  }
}
