import type { ManagedTarget } from "./_managed_table.ts";

/** A list, as it is in the manager. Its methods are what handles can call. */
export class ListTarget implements ManagedTarget {
  readonly #items: unknown[];
  #revision = 0;

  constructor(items: readonly unknown[] = []) {
    this.#items = [...items];
  }

  contents(): Iterable<unknown> {
    return this.#items;
  }

  length(): number {
    return this.#items.length;
  }

  at(index: number): unknown {
    return this.#items.at(index);
  }

  set(index: number, item: unknown): void {
    this.#items[this.#place("set item", index)] = item;
    this.#revision++;
  }

  push(...items: unknown[]): number {
    this.#revision++;
    return this.#items.push(...items);
  }

  pop(): unknown {
    this.#revision++;
    return this.#items.pop();
  }

  shift(): unknown {
    this.#revision++;
    return this.#items.shift();
  }

  unshift(...items: unknown[]): number {
    this.#revision++;
    return this.#items.unshift(...items);
  }

  splice(start: number, deleteCount = Infinity, ...items: unknown[]): unknown[] {
    this.#revision++;
    return this.#items.splice(start, deleteCount, ...items);
  }

  slice(start?: number, end?: number): unknown[] {
    return this.#items.slice(start, end);
  }

  indexOf(item: unknown): number {
    return this.#items.indexOf(item);
  }

  includes(item: unknown): boolean {
    return this.#items.includes(item);
  }

  reverse(): void {
    this.#revision++;
    this.#items.reverse();
  }

  clear(): void {
    this.#revision++;
    this.#items.length = 0;
  }

  toArray(): unknown[] {
    return this.#items;
  }

  read(index: number): [unknown, number] {
    return [this.#items[this.#place("update item", index)], this.#revision];
  }

  replace(index: number, revision: number, item: unknown): boolean {
    if (revision !== this.#revision) return false;
    this.set(index, item);
    return true;
  }

  #place(doing: string, index: number): number {
    const { length } = this.#items;
    const place = index < 0 ? length + index : index;
    if (Number.isInteger(place) && place >= 0 && place < length) return place;
    throw new RangeError(`Cannot ${doing}: index ${index} is not in a list of length ${length}`);
  }
}
