import { type AbortListener, offAbort, onAbort } from "../../channels/thread/aborts.ts";
import type { Job } from "./_job.ts";

/** Where items come from. */
type Source<T> = Iterable<T> | AsyncIterable<T>;

/** How a lazy map is done. */
export interface LazyMap<T> {
  readonly source: Source<T>;
  readonly chunkSize: number;
  readonly lookAhead: number;
  readonly isOrdered: boolean;
  readonly signal: AbortSignal | undefined;
  /** Gives the job of some items to the workers; the first of them is the item with this index. */
  submit(items: T[], first: number): Job;
}

const END = Symbol("end");

/** The results of some items, or an error, in the order in which they are given out. */
interface Slot extends PromiseWithResolvers<unknown[] | typeof END> {
  /** The job that failed. */
  culprit: Job | null;
}

/** Draws from the source of a lazy map and keeps its results until they are taken. */
class Drawing<T> {
  readonly #map: LazyMap<T>;
  readonly #iterator: Iterator<T> | AsyncIterator<T>;
  readonly #line: Slot[] = [];
  /** Of {@linkcode #line}, those that no result is meant for yet. */
  readonly #open: Slot[] = [];
  readonly #jobs = new Set<Job>();
  /** Items of a chunk. */
  readonly #step: number;
  /** How many items were drawn. */
  #drawn = 0;
  /** How many items were drawn whose results have not been taken. */
  #ahead = 0;
  #isDrawing = false;
  #isOver = false;
  /** Whether the source has ended, or failed. */
  #isDry = false;
  /** Wakes who waits for the next of the line. */
  #onMore: (() => void) | null = null;

  constructor(map: LazyMap<T>) {
    this.#map = map;
    const { source, chunkSize, lookAhead } = map;
    this.#step = Math.min(chunkSize, lookAhead);
    // A text is iterable, though no object.
    this.#iterator = Symbol.asyncIterator in Object(source)
      ? (source as AsyncIterable<T>)[Symbol.asyncIterator]()
      : (source as Iterable<T>)[Symbol.iterator]();
  }

  /** The next results; at the end `END`. */
  async next(): Promise<unknown[] | typeof END> {
    void this.#draw();
    if (this.#line.length === 0) await new Promise<void>((resolve) => this.#onMore = resolve);
    this.#map.signal?.throwIfAborted();
    const slot = this.#line[0]!;
    try {
      const results = await slot.promise;
      this.#line.shift();
      return results;
    } catch (error) {
      const traced = slot.culprit?.traced(error) ?? null;
      if (traced !== null) await traced;
      throw error;
    }
  }

  /** One result was taken. */
  taken(): void {
    this.#ahead--;
    void this.#draw();
  }

  /** Drops what is left, and ends the source. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const job of this.#jobs) job.giveUp(undefined);
    if (this.#isDry) return;
    const ended = Promise.resolve(this.#iterator.return?.());
    // One that is waiting for its next item ends when it has that.
    if (this.#isDrawing) ended.catch(() => {});
    else await ended;
  }

  /** The signal was aborted. */
  abort(reason: unknown): void {
    for (const slot of this.#line) slot.reject(reason);
    this.#onMore?.();
  }

  async #draw(): Promise<void> {
    if (this.#isDrawing || this.#isOver) return;
    this.#isDrawing = true;
    try {
      const { lookAhead } = this.#map;
      // Never less than a chunk: what is taken one by one would be drawn one by one.
      while (!this.#isOver && this.#ahead + this.#step <= lookAhead) await this.#drawChunk();
    } catch (error) {
      this.#isOver = true;
      this.#slot().reject(error);
    }
    this.#isDrawing = false;
  }

  async #drawChunk(): Promise<void> {
    const items: T[] = [];
    const first = this.#drawn;
    try {
      while (items.length < this.#step && !this.#isDry) {
        const step = this.#iterator.next();
        const { done, value } = "then" in step ? await step : step;
        if (this.#isOver) return;
        if (done === true) this.#isDry = true;
        else items.push(value);
      }
    } catch (error) {
      this.#isDry = true;
      // What came before the error counts.
      if (items.length > 0) this.#submit(items, first);
      throw error;
    }
    if (items.length > 0) this.#submit(items, first);
    if (!this.#isDry) return;
    this.#isOver = true;
    this.#slot().resolve(END);
  }

  #submit(items: T[], first: number): void {
    const { isOrdered } = this.#map;
    this.#drawn += items.length;
    this.#ahead += items.length;
    const job = this.#map.submit(items, first);
    this.#jobs.add(job);
    const own = this.#slot();
    if (!isOrdered) this.#open.push(own);
    const settled = () => {
      this.#jobs.delete(job);
      // The next slot is for what is done next.
      return isOrdered ? own : this.#open.shift()!;
    };
    job.promise.then(
      (results) => settled().resolve(results as unknown[]),
      (error) => {
        const slot = settled();
        slot.culprit = job;
        slot.reject(error);
      },
    );
  }

  #slot(): Slot {
    const slot: Slot = { ...Promise.withResolvers<unknown[] | typeof END>(), culprit: null };
    // It may never be asked for.
    slot.promise.catch(() => {});
    this.#line.push(slot);
    this.#onMore?.();
    return slot;
  }
}

/** The results of a lazy map; nothing is drawn before the first is asked for. */
export async function* lazyResults<T>(map: LazyMap<T>): AsyncGenerator<unknown, void, void> {
  const { signal } = map;
  signal?.throwIfAborted();
  const drawing = new Drawing(map);
  const listener: AbortListener = { onAbort: ({ reason }) => drawing.abort(reason) };
  if (signal !== undefined) onAbort(signal, listener);
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
    if (signal !== undefined) offAbort(signal, listener);
    await drawing.end();
  }
}
