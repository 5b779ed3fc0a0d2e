import type { Destination } from "../packing/destination.ts";
import type { Batch } from "./protocol.ts";

/** What batches go over from one link to the other, in order: a port, shared memory, or bytes. */
export interface Carrier {
  /** What the link itself captures for: reasons of aborts. Whoever sends a message captures it for where it may go. */
  readonly destination: Destination;
  /**
   * Begins to receive.
   *
   * @param receive Gets what has come. That may be anything, and is `null` for what is certainly no batch.
   */
  listen(receive: (batch: unknown) => void): void;
  /**
   * Sends a batch, unless the other end is gone.
   *
   * @param transfers What of it is moved.
   * @returns Whether what is moved has left; when it has not the batch is lost, and this thread has to give up what is
   * in it.
   */
  post(batch: Batch, transfers: readonly Transferable[]): boolean;
  /** Takes in what has arrived already, where that does not happen by itself at once. */
  poll?(): void;
  /** Ends it: nothing comes or goes any more, but what was sent before arrives. */
  close(): void;
}
