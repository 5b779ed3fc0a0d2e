import { capture, captureDraft } from "../../channels/packing/capture.ts";
import { revive } from "../../channels/packing/revival.ts";
import { staysItself } from "../../channels/packing/handle.ts";
import type { StreamConsumer } from "../messaging/stream_consumer.ts";
import type { Reply, StreamControl, StreamSink } from "./reply.ts";

/** Signals of a message that stays on its thread are in it as they are. */
export const NO_SIGNALS = {
  signal: (): never => {
    throw new TypeError("Cannot receive message: signals stay live on their own thread");
  },
};

/**
 * Copies a message for another actor of this thread: what arrives is the same as on any other thread.
 *
 * @returns The values themselves when there is nothing to copy in them.
 * @throws {TypeError} when a value cannot cross.
 */
export function copyHere(values: unknown[], what: string, root: string): unknown[] {
  // An index is cheaper than an iterator, and this is on the way of every message.
  for (let index = 0; index < values.length; index++) {
    if (!staysAsItIs(values[index])) {
      const { payload, attachments } = capture(values, "here", what, root);
      return revive(payload, { attachments, ...NO_SIGNALS });
    }
  }
  return values;
}

function staysAsItIs(value: unknown): boolean {
  if (typeof value === "object") return value === null || staysItself(value);
  return typeof value !== "function" && typeof value !== "symbol";
}

/** Copies an error for another actor of this thread. */
export function copyErrorHere(error: unknown): unknown {
  try {
    return copyHere([error], "error", "error")[0];
  } catch (refusal) {
    return refusal;
  }
}

/** The error itself when it can cross threads, else the reason why it cannot. */
export function portable(error: unknown): unknown {
  try {
    captureDraft(error, "error", "error", false);
    return error;
  } catch (refusal) {
    return refusal;
  }
}

/** Who waits on this thread. */
export interface LocalTarget {
  readonly settled: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Answers an actor or a program of the same thread. */
export class LocalReply implements Reply, StreamSink {
  readonly #target: LocalTarget | StreamConsumer;

  constructor(target: LocalTarget | StreamConsumer) {
    this.#target = target;
  }

  get settled(): boolean {
    return this.#target.settled;
  }

  get stream(): StreamSink | undefined {
    return "deliver" in this.#target ? this : undefined;
  }

  resolve(value: unknown): void {
    if (staysAsItIs(value)) return this.#target.resolve(value);
    try {
      this.#target.resolve(copyHere([value], "reply", "result")[0]);
    } catch (refusal) {
      this.#target.reject(refusal);
    }
  }

  reject(error: unknown, isOwn = false): void {
    this.#target.reject(isOwn ? error : copyErrorHere(error));
  }

  deliver(value: unknown): void {
    (this.#target as StreamConsumer).deliver(copyHere([value], "stream value", "result")[0]);
  }

  set onLeft(callback: (() => void) | null) {
    (this.#target as StreamConsumer).onLeft = callback;
  }

  opened(source: StreamControl): void {
    (this.#target as StreamConsumer).opened(source);
  }
}
