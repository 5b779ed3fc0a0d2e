/** Something of which is known when it was used. */
export interface Used {
  /** Neighbours in the order of use. */
  before: Used | null;
  after: Used | null;
  /** In which period it was used last; -1 while it is in no list. */
  usedIn: number;
}

/** Things in the order of their last use, the one that was used longest ago first. */
export class Recency<T extends Used> {
  #oldest: Used | null = null;
  #newest: Used | null = null;
  #size = 0;
  /** Counts periods of time: a look at the clock for each use would cost more than all the rest. */
  period = 0;

  get size(): number {
    return this.#size;
  }

  add(thing: T): void {
    this.#size++;
    this.#append(thing);
  }

  /** Takes it out; whether it was there. */
  remove(thing: T): boolean {
    if (thing.usedIn < 0) return false;
    this.#size--;
    this.#unlink(thing);
    thing.usedIn = -1;
    return true;
  }

  /** It is used now, unless it is not here. */
  touch(thing: T): void {
    if (thing.usedIn < 0) return;
    if (this.#newest === thing) {
      thing.usedIn = this.period;
      return;
    }
    this.#unlink(thing);
    this.#append(thing);
  }

  /** From the one on that was used longest ago. */
  *[Symbol.iterator](): Generator<T> {
    for (let at = this.#oldest; at !== null;) {
      // It may be taken out meanwhile.
      const { after } = at;
      yield at as T;
      at = after;
    }
  }

  #append(thing: Used): void {
    thing.usedIn = this.period;
    thing.before = this.#newest;
    if (this.#newest === null) this.#oldest = thing;
    else this.#newest.after = thing;
    this.#newest = thing;
  }

  #unlink(thing: Used): void {
    const { before, after } = thing;
    if (before === null) this.#oldest = after;
    else before.after = after;
    if (after === null) this.#newest = before;
    else after.before = before;
    thing.before = thing.after = null;
  }
}
