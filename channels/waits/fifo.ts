/** A node of a {@linkcode Fifo}: a value and its neighbours. */
export class FifoNode<T> {
  readonly value: T;
  previous: FifoNode<T> | null = null;
  next: FifoNode<T> | null = null;

  constructor(value: T) {
    this.value = value;
  }
}

/** A doubly linked list: first in, first out, and anything in between can leave or enter at once. */
export class Fifo<T> {
  #head: FifoNode<T> | null = null;
  #tail: FifoNode<T> | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get head(): FifoNode<T> | null {
    return this.#head;
  }

  /** Adds at the end. */
  push(value: T): FifoNode<T> {
    return this.#insert(new FifoNode(value), null);
  }

  /** Adds before the first value for which `isAfter` holds, or at the end. */
  insert(value: T, isAfter: (other: T) => boolean): FifoNode<T> {
    let next = this.#head;
    while (next !== null && !isAfter(next.value)) next = next.next;
    return this.#insert(new FifoNode(value), next);
  }

  /** Takes the first. */
  shift(): T | undefined {
    const head = this.#head;
    if (head === null) return undefined;
    this.remove(head);
    return head.value;
  }

  /** Takes one out; it must be in. */
  remove(node: FifoNode<T>): void {
    const { previous, next } = node;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    node.previous = node.next = null;
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

  #insert(node: FifoNode<T>, next: FifoNode<T> | null): FifoNode<T> {
    const previous = next === null ? this.#tail : next.previous;
    node.previous = previous;
    node.next = next;
    if (previous === null) this.#head = node;
    else previous.next = node;
    if (next === null) this.#tail = node;
    else next.previous = node;
    this.#size++;
    return node;
  }
}
