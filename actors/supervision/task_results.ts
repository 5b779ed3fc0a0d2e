/** How a task of a supervisor has ended. */
export type TaskResult =
  | { readonly name: string | undefined; readonly status: "fulfilled"; readonly value: unknown }
  | { readonly name: string | undefined; readonly status: "rejected"; readonly reason: unknown };

/** Room for one result; the last one is empty. */
interface Slot {
  entry: { readonly position: number; readonly result: TaskResult } | null;
  next: Slot | null;
}

/**
 * The results of tasks, kept for everybody who asks, in the order in which they came. Whoever reads holds the slot it
 * has come to, and with it those that follow, whatever is forgotten here meanwhile.
 */
export class TaskResults {
  readonly #limit: number;
  #first: Slot = { entry: null, next: null };
  #last = this.#first;
  #kept = 0;
  /** How many there were no room for, since all were forgotten. */
  #dropped = 0;
  #started = 0;
  #finished = 0;
  #news = Promise.withResolvers<void>();

  /** @param limit Most results that are kept: the newest. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A task has been started; returns what takes its result. */
  begin(): (result: TaskResult) => void {
    const position = this.#started++;
    return (result) => {
      this.#finished++;
      this.#add({ position, result });
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    };
  }

  /**
   * Those that are there, then those that come, until all that were started by then are there.
   *
   * @param forget Whether each is forgotten when it is given.
   */
  async *inOrderOfEnd(forget: boolean): AsyncGenerator<TaskResult, undefined, undefined> {
    let slot = this.#first;
    while (slot.entry !== null || this.#finished < this.#started) {
      if (slot.entry === null) {
        await this.#news.promise;
        continue;
      }
      const { result } = slot.entry;
      if (forget && slot === this.#first) this.#forgetFirst();
      slot = slot.next!;
      yield result;
    }
    return undefined;
  }

  /**
   * All of them, once all that have been started by then are there.
   *
   * @param forget Whether they are forgotten then.
   * @throws {RangeError} when there were too many to keep.
   */
  async inOrderOfStart(forget: boolean): Promise<TaskResult[]> {
    while (this.#finished < this.#started) await this.#news.promise;
    const dropped = this.#dropped;
    const entries = [];
    for (let slot = this.#first; slot.entry !== null; slot = slot.next!) entries.push(slot.entry);
    if (forget) {
      this.#first = this.#last;
      this.#kept = this.#dropped = 0;
    }
    if (dropped > 0) {
      throw new RangeError(
        `Cannot collect results: ${dropped} of ${dropped + entries.length} are forgotten, ` +
          `keepResults is ${this.#limit}; raise it, or take them in time with { forget: true }`,
      );
    }
    return entries.sort((a, b) => a.position - b.position).map(({ result }) => result);
  }

  #add(entry: NonNullable<Slot["entry"]>): void {
    this.#last.entry = entry;
    this.#last = this.#last.next = { entry: null, next: null };
    if (++this.#kept <= this.#limit) return;
    this.#forgetFirst();
    this.#dropped++;
  }

  #forgetFirst(): void {
    this.#first = this.#first.next!;
    this.#kept--;
  }
}
