import type { Deadlines } from "../../channels/waits/deadlines.ts";
import { OwnWait } from "../../channels/waits/wait.ts";
import type { Item } from "../cell/item.ts";
import type { WaitOptions } from "../vocabulary/options.ts";
import type { Reply, StreamControl, StreamSink } from "../cell/reply.ts";
import { currentTurn } from "../cell/turn.ts";

// Values under way at most; half of them are granted again at a time.
const CREDIT = 32;

/** The consuming side of a stream. The handler is called at the first `next()`. */
export class StreamConsumer
  implements AsyncIterableIterator<unknown, undefined, undefined>, Reply, StreamSink {
  readonly #deadlines: Deadlines;
  readonly #options: WaitOptions;
  readonly #doing: string;
  /** Gives the error that the reader is to see. */
  readonly #explain: (error: unknown) => unknown;
  #open: ((consumer: StreamConsumer) => void) | null;
  #control: StreamControl | null = null;
  readonly #values: unknown[] = [];
  readonly #waits: OwnWait<IteratorResult<unknown, undefined>>[] = [];
  /** Index of the host that sends the values. */
  at = -1;
  onLeft: (() => void) | null = null;
  #ended = false;
  #failure: { error: unknown } | null = null;
  #consumed = 0;
  /** The turn in which it was made. */
  readonly #turn: Item | null;

  constructor(
    deadlines: Deadlines,
    options: WaitOptions,
    doing: string,
    open: (consumer: StreamConsumer) => void,
    explain: (error: unknown) => unknown = (error) => error,
  ) {
    this.#explain = explain;
    this.#deadlines = deadlines;
    this.#options = options;
    this.#doing = doing;
    this.#open = open;
    this.#turn = currentTurn();
    if (this.#turn !== null) (this.#turn.streams ??= new Set()).add(this);
  }

  get stream(): StreamSink {
    return this;
  }

  get settled(): boolean {
    return this.#ended;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    this.#start();
    const { signal, timeoutMs = Infinity } = this.#options;
    if (signal?.aborted && !this.#ended) {
      this.#leave();
      return Promise.reject(signal.reason);
    }
    if (this.#values.length > 0) return Promise.resolve(this.#take());
    if (this.#failure !== null) {
      const { error } = this.#failure;
      this.#failure = null;
      return Promise.reject(error);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    const wait = new OwnWait<IteratorResult<unknown, undefined>>(() => this.#doing);
    if (this.#deadlines.start(wait, signal, timeoutMs)) {
      wait.whenGivenUp = () => this.#leave();
      this.#waits.push(wait);
    } else {
      this.#leave();
    }
    return wait.promise;
  }

  /** Ends the generator. */
  return(): Promise<IteratorResult<unknown, undefined>> {
    this.#leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  opened(source: StreamControl): void {
    this.#control = source;
    if (this.#ended) source.close();
    else source.grant(CREDIT);
  }

  /** A value has come. */
  deliver(value: unknown): void {
    if (this.#ended) return;
    this.#values.push(value);
    const wait = this.#waits.shift();
    if (wait !== undefined) wait.resolve(this.#take());
  }

  resolve(): void {
    this.#ended = true;
    this.#turn?.streams?.delete(this);
    for (const wait of this.#waits.splice(0)) wait.resolve({ done: true, value: undefined });
  }

  reject(reason: unknown): void {
    if (this.#ended) return;
    const error = this.#explain(reason);
    const [first] = this.#waits;
    if (first === undefined) this.#failure = { error };
    else {
      this.#waits.shift();
      first.reject(error);
    }
    this.resolve();
  }

  /** Whoever reads it is gone. */
  abandon(error: unknown): void {
    this.reject(error);
    this.#values.length = 0;
    this.#close();
  }

  #start(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    try {
      open(this);
    } catch (error) {
      this.reject(error);
    }
  }

  #take(): IteratorResult<unknown, undefined> {
    const value = this.#values.shift();
    if (++this.#consumed === CREDIT / 2) {
      this.#consumed = 0;
      this.#control?.grant(CREDIT / 2);
    }
    return { done: false, value };
  }

  #leave(): void {
    this.#values.length = 0;
    if (this.#ended) return;
    this.resolve();
    this.#close();
  }

  #close(): void {
    this.onLeft?.();
    this.#control?.close();
    // One that was never opened closes what it was to take along.
    this.#start();
  }
}
