import type { Reply } from "./reply.ts";

/** Why streams were ended. */
const reasons = new WeakSet<object>();

/** Whether a generator has failed only because it was told to end. */
export function isEndOfStream(error: unknown): boolean {
  try {
    return isReason(error) || error instanceof Error && isReason(error.cause);
  } catch {
    // A Proxy or a getter of the program's own, which fails when it is looked at.
    return false;
  }
}

function isReason(value: unknown): boolean {
  return typeof value === "object" && value !== null && reasons.has(value);
}

/** What the handlers of an incarnation's streams see as `context.signal`: one signal for each reader. */
export class StreamSignals {
  readonly #controllers = new Map<Reply, AbortController>();
  #isOver = false;

  /** Aborted when the reader has left, or all streams are to end. */
  of(reader: Reply): AbortSignal {
    let controller = this.#controllers.get(reader);
    if (controller === undefined) {
      this.#controllers.set(reader, controller = new AbortController());
      reader.stream!.onLeft = () => this.left(reader);
      if (this.#isOver) controller.abort(isStopping());
    }
    return controller.signal;
  }

  /** The reader has left. */
  left(reader: Reply): void {
    const controller = this.#controllers.get(reader);
    controller?.abort(readerLeft());
  }

  /** The stream has ended. */
  forget(reader: Reply): void {
    this.#controllers.delete(reader);
  }

  /** No stream goes on. */
  end(): void {
    this.#isOver = true;
    for (const controller of this.#controllers.values()) controller.abort(isStopping());
  }
}

/** Why a stream is to end whose reader has left. */
export function readerLeft(): DOMException {
  return reasonToEnd("The reader of the stream has left");
}

function isStopping(): DOMException {
  return reasonToEnd("The actor is stopping");
}

function reasonToEnd(why: string): DOMException {
  const reason = new DOMException(why, "AbortError");
  reasons.add(reason);
  return reason;
}
