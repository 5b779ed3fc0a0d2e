/**
 * Lets one constructor make an object of what there is already, which no caller of the constructor can pass: what is
 * given waits here until the constructor takes it.
 */
export class Adoption<T> {
  #given: T | null = null;

  /** Whether something waits to be taken. */
  get isDue(): boolean {
    return this.#given !== null;
  }

  /** Calls `make`, in which one object takes what is given. */
  with<O>(given: T, make: () => O): O {
    this.#given = given;
    try {
      return make();
    } finally {
      this.#given = null;
    }
  }

  /** Takes what is given, once; `null` for an object that is to begin anew. */
  take(): T | null {
    const given = this.#given;
    this.#given = null;
    return given;
  }
}
