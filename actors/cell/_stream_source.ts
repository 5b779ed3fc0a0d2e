import type { AnyIterator } from "./iterator.ts";
import { Item, type Source, type TurnOwner } from "./item.ts";
import type { Abandonable, Reply, StreamControl, StreamSink } from "./reply.ts";
import { isEndOfStream, readerLeft } from "./_stream_signals.ts";
import { apart } from "./turn.ts";

/**
 * The producing side of a stream: takes one turn of its actor for each value, as long as the consumer has granted
 * credit. A generator that was told instead of streamed runs to its end the same way, its values unheard.
 *
 * When the reader leaves while the generator waits for something, its turn is over at once: an actor must not wait for
 * what nobody wants. The generator is ended, with the streams that it reads itself, and its `finally` blocks run when it
 * goes on.
 */
export class StreamSource implements Reply, StreamControl, Source {
  readonly #cell: TurnOwner;
  readonly #label: string;
  readonly #iterator: AnyIterator;
  readonly #consumer: (Reply & { stream: StreamSink }) | null;
  /** Whether it was told and the actor drains: one that goes on before then may be meant to be endless. */
  readonly isDrained: boolean;
  #credit: number;
  /** The turn for the next value, until it is over. */
  #turn: Item | null = null;
  /** What its turns read. */
  #streams: Set<Abandonable> | null;
  /** Whether no value is wanted any more. */
  #ended = false;
  #isLeft = false;

  /** @param turn The one that has given the iterator. */
  constructor(
    cell: TurnOwner,
    { label, streams }: Item,
    iterator: AnyIterator,
    consumer: (Reply & { stream: StreamSink }) | null,
  ) {
    this.#cell = cell;
    this.#label = label;
    this.#streams = streams;
    this.#iterator = iterator;
    this.#consumer = consumer;
    this.#credit = consumer === null ? Infinity : 0;
    this.isDrained = consumer === null && cell.drains;
    cell.sources.add(this);
    consumer?.stream.opened(this);
    this.#pump();
  }

  get settled(): boolean {
    return false;
  }

  /** Who reads it; `null` when it was told. */
  get reader(): Reply | null {
    return this.#consumer;
  }

  grant(credit: number): void {
    this.#credit += credit;
    this.#pump();
  }

  /** The reader has left. */
  close(): void {
    if (this.#ended) return;
    this.#ended = this.#isLeft = true;
    this.#cell.streamSignals?.left(this.#consumer!);
    if (this.#turn === null) {
      const work = new Item(this.#label, [], null, null, () => this.#return());
      if (!this.#cell.pushWork(work)) this.#returnUnheard();
    } else if (this.#cell.release(this.#turn)) {
      this.#returnUnheard();
    }
    // Else the turn ends it: it waits in the mailbox, or is on the stack.
  }

  /** Takes the result of one turn. */
  resolve(result: unknown): void {
    this.#turnOver();
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
    this.#turnOver();
    const isTold = isEndOfStream(error);
    if (!this.#ended) {
      this.#end();
      this.#consumer?.reject(isTold ? this.#cell.endOfStreams : error);
    } else if (this.#isLeft && !isTold) {
      this.#report(error);
    }
  }

  /** The actor's incarnation ends: the generator's `finally` blocks run, no further turn is taken. */
  abandon(): void {
    if (!this.#ended) this.#consumer?.reject(this.#cell.endOfStreams);
    this.#ended = true;
    this.#returnUnheard();
  }

  readonly #report = (error: unknown): void => this.#cell.reportError(this.#label, error);

  #end(): void {
    this.#ended = true;
    this.#cell.sources.delete(this);
    if (this.#consumer !== null) this.#cell.streamSignals?.forget(this.#consumer);
  }

  #return(): unknown {
    this.#end();
    return this.#iterator.return?.();
  }

  #turnOver(): void {
    if (this.#turn === null) return;
    this.#streams = this.#turn.streams;
    this.#turn = null;
  }

  /** Ends the generator outside of a turn, and first what it may be waiting for. */
  #returnUnheard(): void {
    this.#turnOver();
    for (const stream of this.#streams ?? []) {
      stream.abandon(this.#isLeft ? readerLeft() : this.#cell.endOfStreams);
    }
    try {
      const returned = apart(() => this.#return());
      if (returned instanceof Promise) returned.catch(this.#report);
    } catch (failure) {
      this.#report(failure);
    }
  }

  readonly #next = (): unknown => {
    if (this.#ended) return this.#return();
    const result = this.#iterator.next();
    if (!this.#ended) return result;
    // Its own code made the reader leave.
    if (!(result instanceof Promise)) return this.#return();
    result.catch((error) => this.reject(error));
    this.#returnUnheard();
    return undefined;
  };

  #pump(): void {
    if (this.#turn !== null || this.#ended || this.#credit <= 0) return;
    const turn = new Item(this.#label, [], this, null, this.#next);
    turn.streams = this.#streams;
    if (this.#cell.pushWork(turn, this.isDrained)) this.#turn = turn;
  }
}

/** Who reads the stream that a turn belongs to. */
export function readerOf({ reply }: Item): Reply | null {
  if (reply instanceof StreamSource) return reply.reader;
  return reply?.stream === undefined ? null : reply;
}
