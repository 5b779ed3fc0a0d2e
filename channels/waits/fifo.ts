/** One place in a {@linkcode Fifo}. */
export class Place<T> {
  readonly value: T;
  previous: Place<T> | null = null;
  next: Place<T> | null = null;

  constructor(value: T) {
    this.value = value;
  }
}

/** A doubly linked list: first in, first out, and anything in between can leave or enter at once. */
export class Fifo<T> {
  #head: Place<T> | null = null;
  #tail: Place<T> | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get head(): Place<T> | null {
    return this.#head;
  }

  /** Adds at the end. */
  push(value: T): Place<T> {
    return this.#insert(new Place(value), null);
  }

  /** Adds before the first place for which `isAfter` holds, or at the end. */
  insert(value: T, isAfter: (other: T) => boolean): Place<T> {
    let next = this.#head;
    while (next !== null && !isAfter(next.value)) next = next.next;
    return this.#insert(new Place(value), next);
  }

  /** Takes the first. */
  shift(): T | undefined {
    const head = this.#head;
    if (head === null) return undefined;
    this.remove(head);
    return head.value;
  }

  /** Takes one out; it must be in. */
  remove(place: Place<T>): void {
    const { previous, next } = place;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    place.previous = place.next = null;
    this.#size--;
  }

  /** All, in their order. */
  *values(): Generator<T, void, void> {
    for (let at = this.#head; at !== null; at = at.next) yield at.value;
  }

  /** Takes out all. */
  *drain(): Generator<T, void, void> {
    while (this.#head !== null) yield this.shift()!;
  }

  #insert(place: Place<T>, next: Place<T> | null): Place<T> {
    const previous = next === null ? this.#tail : next.previous;
    place.previous = previous;
    place.next = next;
    if (previous === null) this.#head = place;
    else previous.next = place;
    if (next === null) this.#tail = place;
    else next.previous = place;
    this.#size++;
    return place;
  }
}
