/** Something that is ready to leave, once what is before it is committed. */
interface Held {
  /** Whether it waits for a commit of its own. */
  isCommitting: boolean;
  leave(): void;
  refuse(error: unknown): void;
}

/** What the turns of one durable actor give, in order, until it may leave. */
export class HeldOutput {
  readonly #held: Held[] = [];
  readonly #whenEmpty: () => void;

  /** @param whenEmpty Called when nothing is held any more. */
  constructor(whenEmpty: () => void) {
    this.#whenEmpty = whenEmpty;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** Lets something leave when all before it has. */
  add(leave: () => void, refuse: (error: unknown) => void): void {
    if (this.isEmpty) leave();
    else this.#held.push({ isCommitting: false, leave, refuse });
  }

  /** The same for what waits for a commit, too; gives what is to be called after that. */
  commit(leave: () => void, refuse: (error: unknown) => void): () => void {
    const held: Held = { isCommitting: true, leave, refuse };
    this.#held.push(held);
    return () => {
      held.isCommitting = false;
      this.#letLeave();
    };
  }

  /** Nothing that is held leaves. */
  refuseAll(error: unknown): void {
    for (const each of this.#held.splice(0)) each.refuse(error);
    this.#whenEmpty();
  }

  #letLeave(): void {
    let count = 0;
    while (count < this.#held.length && !this.#held[count]!.isCommitting) count++;
    if (count === 0) return;
    for (const each of this.#held.splice(0, count)) each.leave();
    if (this.isEmpty) this.#whenEmpty();
  }
}
