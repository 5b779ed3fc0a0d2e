// Number of objects up to which a linear search beats a Map.
const FEW_OBJECTS = 12;

/** The objects that a walk has met, in order: how shared references and cycles are recognized. */
export class MetObjects {
  readonly #objects: object[] = [];
  #positions: Map<object, number> | null = null;

  /** How many there are. */
  get count(): number {
    return this.#objects.length;
  }

  /** Position of an object; -1 for one that has not been met. */
  find(object: object): number {
    if (this.#positions !== null) return this.#positions.get(object) ?? -1;
    return this.#objects.indexOf(object);
  }

  add(object: object): void {
    const position = this.#objects.push(object) - 1;
    if (this.#positions !== null) {
      this.#positions.set(object, position);
    } else if (position >= FEW_OBJECTS) {
      this.#positions = new Map(this.#objects.map((each, index) => [each, index]));
    }
  }

  /** Forgets all but the first `count`. */
  forgetAfter(count: number): void {
    for (const object of this.#objects.splice(count)) this.#positions?.delete(object);
  }
}
