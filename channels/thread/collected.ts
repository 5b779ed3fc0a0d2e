/** What is left of a handle that nobody can reach any more. */
export interface Remains {
  /** Whether somebody still waits for something of it. */
  readonly isBusy: boolean;
}

/** Closes what belongs to handles that were collected, unless somebody waits for it: a wait outlives its handle. */
export class Collected<T extends Remains> {
  readonly #registry: FinalizationRegistry<T>;

  constructor(close: (remains: T) => void) {
    this.#registry = new FinalizationRegistry((remains) => {
      if (!remains.isBusy) close(remains);
    });
  }

  /** Watches a handle. */
  watch(handle: object, remains: T): void {
    this.#registry.register(handle, remains, handle);
  }

  /** The handle was given up by itself. */
  forget(handle: object): void {
    this.#registry.unregister(handle);
  }
}
