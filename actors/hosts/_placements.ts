/** What was placed for one host on others, which it is to start there. */
export class Placements {
  readonly #counts = new Map<number, { readonly generation: number; count: number }>();

  /** @param generation How many threads the other host had before that on which it will be. */
  add(index: number, generation: number): void {
    const known = this.#counts.get(index);
    if (known?.generation === generation) known.count++;
    else this.#counts.set(index, { generation, count: 1 });
  }

  /** It will not start one of them. */
  remove(index: number): void {
    const known = this.#counts.get(index);
    if (known !== undefined) known.count--;
  }

  /** How many were placed on a thread of a host. */
  on(index: number, generation: number): number {
    const known = this.#counts.get(index);
    return known?.generation === generation ? known.count : 0;
  }
}
