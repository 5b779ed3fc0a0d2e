import type { SimulatedThread } from "./thread.ts";

/** Something that happens to a thread: a message, a timer, a lock; `null` for what happens to none. */
export interface Happening {
  readonly to: SimulatedThread | null;
  /** Those of one stream, such as a port's messages, keep their order. */
  readonly stream: object;
  /** Whether it comes after all that is to happen to the thread already: see `Clock.yieldTo`. */
  readonly isLast: boolean;
  readonly run: () => void;
}

/** Which of some that can happen is next: a number from 0 up to and without `count`. */
export type Order = (count: number) => number;

/** What is going to happen now, and what at a later time. */
export class Events {
  #now = 0;
  #soon: Happening[] = [];
  #later: { readonly at: number; readonly what: Happening }[] = [];
  readonly #order: Order | null;

  /** @param order The order in which they came without one. */
  constructor(order: Order | null) {
    this.#order = order;
  }

  /** Virtual milliseconds. They go on a little, so that a loop that waits for its time to be over comes to an end. */
  get now(): number {
    return this.#now += 0.001;
  }

  add(what: Happening): void {
    this.#soon.push(what);
  }

  /** Adds what happens after some time; returns what takes it back. */
  addLater(what: Happening, ms: number): () => void {
    const entry = { at: this.#now + Math.max(0, ms), what };
    // After those of the same time.
    const index = this.#later.findIndex(({ at }) => at > entry.at);
    this.#later.splice(index < 0 ? this.#later.length : index, 0, entry);
    return () => {
      this.#later = this.#later.filter((each) => each !== entry);
      this.#soon = this.#soon.filter((each) => each !== what);
    };
  }

  /** Takes out the next one; `undefined` when there is none. */
  next(): Happening | undefined {
    if (this.#soon.length === 0) this.#goOn();
    if (this.#order === null) return this.#soon.shift();
    const possible = this.#possible();
    if (possible.length === 0) return undefined;
    const next = possible[this.#order(possible.length)]!;
    this.#soon.splice(this.#soon.indexOf(next), 1);
    return next;
  }

  /** Nothing happens to a thread any more. */
  drop(thread: SimulatedThread): void {
    this.#soon = this.#soon.filter(({ to }) => to !== thread);
    this.#later = this.#later.filter(({ what: { to } }) => to !== thread);
  }

  /** Time goes on to the next one. */
  #goOn(): void {
    const [next] = this.#later;
    if (next === undefined) return;
    this.#now = Math.max(this.#now, next.at);
    const due = this.#later.filter(({ at }) => at <= this.#now);
    this.#later.splice(0, due.length);
    this.#soon.push(...due.map(({ what }) => what));
  }

  /** Those that may be next: the first one of each stream, and the last one of a thread only when it is alone. */
  #possible(): Happening[] {
    const streams = new Set<object>();
    const threads = new Set<SimulatedThread | null>();
    return this.#soon.filter(({ to, stream, isLast }) => {
      const isPossible = !streams.has(stream) && !(isLast && threads.has(to));
      streams.add(stream);
      threads.add(to);
      return isPossible;
    });
  }
}
