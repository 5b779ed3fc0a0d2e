/** Something that is ready to leave, once what is before it is committed. */
interface Held {
  /** Whether it waits for a commit of its own. */
  isCommitting: boolean;
  leave(): void;
  refuse(error: unknown): void;
}

/** Whose output is held. */
export interface OutputOwner {
  /** Nothing is held any more. */
  settled(): void;
}

/** What the turns of one durable actor give, in order, until it may leave. */
export class HeldOutput {
  readonly #owner: OutputOwner;
  /** `null` while there is nothing, which is nearly always: an actor that is idle has no list. */
  #held: Held[] | null = null;

  constructor(owner: OutputOwner) {
    this.#owner = owner;
  }

  get isEmpty(): boolean {
    return this.#held === null;
  }

  /** Lets something leave when all before it has. */
  add(leave: () => void, refuse: (error: unknown) => void): void {
    if (this.#held === null) leave();
    else this.#held.push({ isCommitting: false, leave, refuse });
  }

  /** The same for what waits for a commit, too; gives what is to be called after that. */
  commit(leave: () => void, refuse: (error: unknown) => void): () => void {
    const held: Held = { isCommitting: true, leave, refuse };
    (this.#held ??= []).push(held);
    return () => {
      held.isCommitting = false;
      this.#letLeave();
    };
  }

  /** Nothing that is held leaves. */
  refuseAll(error: unknown): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const each of held) each.refuse(error);
    this.#owner.settled();
  }

  #letLeave(): void {
    const held = this.#held ?? [];
    let count = 0;
    while (count < held.length && !held[count]!.isCommitting) count++;
    if (count === 0) return;
    // What leaves may bring more.
    this.#held = count === held.length ? null : held.slice(count);
    for (let at = 0; at < count; at++) held[at]!.leave();
    if (this.isEmpty) this.#owner.settled();
  }
}
