import type { Cell } from "./_cell.ts";
import { Item } from "./_mailbox.ts";
import type { Reply, StreamControl, StreamSink } from "./_reply.ts";

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** Whether a handler's result is to be streamed. */
export function isIterator(value: unknown): value is AnyIterator {
  return typeof value === "object" && value !== null && "next" in value &&
    typeof value.next === "function";
}

/**
 * The producing side of a stream: takes one turn of its actor for each value, as long as the consumer has granted
 * credit. A generator that was told instead of streamed runs to its end the same way, its values unheard.
 */
export class StreamSource implements Reply, StreamControl {
  readonly #cell: Cell;
  readonly #label: string;
  readonly #iterator: AnyIterator;
  readonly #consumer: (Reply & { stream: StreamSink }) | null;
  #credit: number;
  #queued = false;
  #ended = false;

  constructor(
    cell: Cell,
    label: string,
    iterator: AnyIterator,
    consumer: (Reply & { stream: StreamSink }) | null,
  ) {
    this.#cell = cell;
    this.#label = label;
    this.#iterator = iterator;
    this.#consumer = consumer;
    this.#credit = consumer === null ? Infinity : 0;
    cell.sources.add(this);
    consumer?.stream.opened(this);
    this.#pump();
  }

  get settled(): boolean {
    return false;
  }

  grant(credit: number): void {
    this.#credit += credit;
    this.#pump();
  }

  close(): void {
    if (!this.#end()) return;
    this.#cell.pushWork(new Item(this.#label, [], null, null, () => this.#iterator.return?.()));
  }

  /** Takes the result of one turn. */
  resolve(result: unknown): void {
    this.#queued = false;
    if (this.#ended) return;
    const { done, value } = result as IteratorResult<unknown>;
    if (done) {
      this.#end();
      this.#consumer?.resolve(undefined);
      return;
    }
    try {
      this.#consumer?.stream.deliver(value);
    } catch (error) {
      this.close();
      this.#consumer?.reject(error);
      return;
    }
    this.#credit--;
    this.#pump();
  }

  /** The generator failed. */
  reject(error: unknown): void {
    if (this.#end()) this.#consumer?.reject(error);
  }

  /** The actor's incarnation ends: the generator's `finally` blocks run, no further turn is taken. */
  abandon(error: unknown): void {
    if (!this.#end()) return;
    this.#consumer?.reject(error);
    try {
      const returned: unknown = this.#iterator.return?.();
      if (returned instanceof Promise) returned.catch(this.#report);
    } catch (failure) {
      this.#report(failure);
    }
  }

  readonly #report = (error: unknown): void => this.#cell.reportError(this.#label, error);

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    return this.#cell.sources.delete(this);
  }

  #pump(): void {
    if (this.#queued || this.#ended || this.#credit <= 0) return;
    this.#queued = true;
    this.#cell.pushWork(new Item(this.#label, [], this, null, () => this.#iterator.next()));
  }
}
