import type { Job } from "./_pool_job.ts";

/** Where items come from. */
type Source<T> = Iterable<T> | AsyncIterable<T>;

/** How a lazy map is done. */
export interface LazyMap<T> {
  readonly source: Source<T>;
  readonly chunkSize: number;
  readonly lookAhead: number;
  readonly isOrdered: boolean;
  readonly signal: AbortSignal | undefined;
  /** Gives the job of some items to the workers. */
  submit(items: T[]): Job;
}

const END = Symbol("end");

/** Draws from the source of a lazy map and keeps its results until they are taken. */
class Drawing<T> {
  readonly #map: LazyMap<T>;
  readonly #iterator: Iterator<T> | AsyncIterator<T>;
  /** Results in the order in which they are given out. */
  readonly #line: PromiseWithResolvers<unknown[] | typeof END>[] = [];
  /** Of {@linkcode #line}, those that no result is meant for yet. */
  readonly #open: PromiseWithResolvers<unknown[] | typeof END>[] = [];
  readonly #jobs = new Set<Job>();
  /** How many items were drawn whose results have not been taken. */
  #ahead = 0;
  #isDrawing = false;
  #isOver = false;
  /** Wakes who waits for the next of the line. */
  #onMore: (() => void) | null = null;

  constructor(map: LazyMap<T>) {
    this.#map = map;
    const { source } = map;
    this.#iterator = Symbol.asyncIterator in source
      ? source[Symbol.asyncIterator]()
      : source[Symbol.iterator]();
  }

  /** The next results; at the end `END`. */
  async next(): Promise<unknown[] | typeof END> {
    void this.#draw();
    if (this.#line.length === 0) await new Promise<void>((resolve) => this.#onMore = resolve);
    this.#map.signal?.throwIfAborted();
    const results = await this.#line[0]!.promise;
    this.#line.shift();
    return results;
  }

  /** One result was taken. */
  taken(): void {
    this.#ahead--;
    void this.#draw();
  }

  /** Drops what is left, and ends the source. */
  async end(): Promise<void> {
    const wasOver = this.#isOver;
    this.#isOver = true;
    for (const job of this.#jobs) job.giveUp(undefined);
    if (wasOver) return;
    const ended = Promise.resolve(this.#iterator.return?.());
    // One that is waiting for its next item ends when it has that.
    if (this.#isDrawing) ended.catch(() => {});
    else await ended;
  }

  /** The signal was aborted. */
  abort(reason: unknown): void {
    for (const place of this.#line) place.reject(reason);
    this.#onMore?.();
  }

  async #draw(): Promise<void> {
    if (this.#isDrawing || this.#isOver) return;
    this.#isDrawing = true;
    try {
      while (!this.#isOver && this.#ahead < this.#map.lookAhead) await this.#drawChunk();
    } catch (error) {
      this.#isOver = true;
      this.#place().reject(error);
    }
    this.#isDrawing = false;
  }

  async #drawChunk(): Promise<void> {
    const { chunkSize, lookAhead } = this.#map;
    const items: T[] = [];
    while (items.length < chunkSize && this.#ahead < lookAhead) {
      const step = this.#iterator.next();
      const { done, value } = "then" in step ? await step : step;
      if (this.#isOver) return;
      if (done === true) {
        this.#isOver = true;
        break;
      }
      this.#ahead++;
      items.push(value);
    }
    if (items.length > 0) this.#submit(items);
    if (this.#isOver) this.#place().resolve(END);
  }

  #submit(items: T[]): void {
    const { isOrdered } = this.#map;
    const job = this.#map.submit(items);
    this.#jobs.add(job);
    const own = this.#place();
    if (!isOrdered) this.#open.push(own);
    const settled = () => {
      this.#jobs.delete(job);
      // The next place is for what is done next.
      return isOrdered ? own : this.#open.shift()!;
    };
    job.promise.then(
      (results) => settled().resolve(results as unknown[]),
      (error) => settled().reject(error),
    );
  }

  #place(): PromiseWithResolvers<unknown[] | typeof END> {
    const place = Promise.withResolvers<unknown[] | typeof END>();
    // It may never be asked for.
    place.promise.catch(() => {});
    this.#line.push(place);
    this.#onMore?.();
    return place;
  }
}

/** The results of a lazy map; nothing is drawn before the first is asked for. */
export async function* lazyResults<T>(map: LazyMap<T>): AsyncGenerator<unknown, void, void> {
  const { signal } = map;
  signal?.throwIfAborted();
  const drawing = new Drawing(map);
  const onAbort = () => drawing.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    for (;;) {
      const results = await drawing.next();
      if (results === END) return;
      for (const result of results) {
        drawing.taken();
        yield result;
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await drawing.end();
  }
}
