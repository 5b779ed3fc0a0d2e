/** Who things happen to: a thread, or the platform itself. */
export interface Doer {
  readonly name: string;
  /** What can happen to it now, in the order in which it came. */
  readonly inbox: Happening[];
  /** Virtual time before which it does nothing. */
  readyAt: number;
  /** Which of some that can be next is. */
  pick(count: number): number;
  /** Milliseconds until it notices that there is something to do. */
  wake(): number;
}

/** Something that happens. */
export interface Happening {
  readonly to: Doer;
  /** Those of one stream, such as a port's messages, keep their order; `null` for one that is alone. */
  readonly stream: object | null;
  /** Whether it comes after all that is to happen to the thread already: see `Clock.yieldTo`. */
  readonly isLast: boolean;
  /** What it is, for people. */
  readonly what: string;
  /** What it brings, for people. */
  readonly data: unknown;
  readonly run: () => void;
}

interface Entry {
  readonly at: number;
  readonly number: number;
  /** `null` once it was taken back. */
  happening: Happening | null;
}

/** What is going to happen, to whom and when. */
export class Agenda {
  #now = 0;
  #numbers = 0;
  /** Those for whom there is something to do. */
  readonly #busy = new Set<Doer>();
  /** A heap: the next one is first. */
  readonly #later: Entry[] = [];

  /** Virtual milliseconds. They go on a little, so that a loop that waits for its time to be over comes to an end. */
  get now(): number {
    return this.#now += 0.001;
  }

  /** Adds what can happen now. */
  add(happening: Happening): void {
    const { to } = happening;
    if (to.inbox.length === 0) {
      // A set keeps the order of those that are added, and so of those that are equally quick.
      this.#busy.add(to);
      to.readyAt = Math.max(to.readyAt, this.#now + to.wake());
    }
    to.inbox.push(happening);
  }

  /** Adds what can happen after some time; returns what takes it back. */
  addLater(happening: Happening, ms: number): () => void {
    const entry: Entry = {
      at: this.#now + Math.max(0, ms),
      number: ++this.#numbers,
      happening,
    };
    this.#push(entry);
    return () => {
      entry.happening = null;
      const { inbox } = happening.to;
      const at = inbox.indexOf(happening);
      if (at >= 0) inbox.splice(at, 1);
      if (inbox.length === 0) this.#busy.delete(happening.to);
    };
  }

  /** Takes out the next one; `undefined` when there is none. */
  next(): Happening | undefined {
    for (;;) {
      const doer = this.#quickest();
      const [timer] = this.#later;
      const time = doer === null ? Infinity : Math.max(this.#now, doer.readyAt);
      if (timer !== undefined && timer.at <= time) {
        this.#shift();
        if (timer.happening === null) continue;
        this.#now = Math.max(this.#now, timer.at);
        this.add(timer.happening);
        continue;
      }
      if (doer === null) return undefined;
      this.#now = time;
      return this.#take(doer);
    }
  }

  /** Nothing happens to it any more. */
  drop(doer: Doer): void {
    doer.inbox.length = 0;
    this.#busy.delete(doer);
    for (const entry of this.#later) if (entry.happening?.to === doer) entry.happening = null;
  }

  #quickest(): Doer | null {
    let quickest: Doer | null = null;
    let least = Infinity;
    for (const doer of this.#busy) {
      const at = Math.max(this.#now, doer.readyAt);
      if (at < least) [quickest, least] = [doer, at];
    }
    return quickest;
  }

  #take(doer: Doer): Happening {
    const { inbox } = doer;
    const at = inbox.length === 1 ? 0 : choose(doer);
    const [happening] = inbox.splice(at, 1) as [Happening];
    // To the end, so that those that are equally quick take turns.
    this.#busy.delete(doer);
    if (inbox.length > 0) this.#busy.add(doer);
    return happening;
  }

  #push(entry: Entry): void {
    const heap = this.#later;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = at - 1 >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #shift(): void {
    const heap = this.#later;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (one: Entry, other: Entry) =>
  one.at < other.at || one.at === other.at && one.number < other.number;

/** Where the next one is: the first one of a stream, and one that comes last only when it is first of all. */
function choose(doer: Doer): number {
  const possible: number[] = [];
  const streams = new Set<object>();
  for (const [at, { stream, isLast }] of doer.inbox.entries()) {
    if (!isLast || at === 0) {
      if (stream === null || !streams.has(stream)) possible.push(at);
    }
    if (stream !== null) streams.add(stream);
  }
  return possible[doer.pick(possible.length)]!;
}
