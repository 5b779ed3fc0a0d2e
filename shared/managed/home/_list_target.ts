import { orderOf } from "./_list_order.ts";
import type { ManagedSortOptions } from "../managed_list.ts";
import type { ManagedTarget } from "./table.ts";

/** A list, as it is in the manager. Its methods are what handles can call. */
export class ListTarget implements ManagedTarget {
  readonly #items: unknown[];
  /** Of each item: no two are ever the same, so that an item is found again where it has moved to. */
  readonly #revisions: number[];
  #revision = 0;

  constructor(items: readonly unknown[] = []) {
    this.#items = [...items];
    this.#revisions = this.#newOnes(this.#items);
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
    const place = this.#place("set item", index);
    this.#items[place] = item;
    this.#revisions[place] = ++this.#revision;
  }

  push(...items: unknown[]): number {
    this.#revisions.push(...this.#newOnes(items));
    return this.#items.push(...items);
  }

  pop(): unknown {
    this.#revisions.pop();
    return this.#items.pop();
  }

  shift(): unknown {
    this.#revisions.shift();
    return this.#items.shift();
  }

  unshift(...items: unknown[]): number {
    this.#revisions.unshift(...this.#newOnes(items));
    return this.#items.unshift(...items);
  }

  splice(start: number, deleteCount = Infinity, ...items: unknown[]): unknown[] {
    this.#revisions.splice(start, deleteCount, ...this.#newOnes(items));
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
    this.#revisions.reverse();
    this.#items.reverse();
  }

  sort(options: ManagedSortOptions<never> = {}): void {
    const order = orderOf(this.#items, options);
    const items = [...this.#items];
    const revisions = [...this.#revisions];
    order.forEach((from, to) => {
      this.#items[to] = items[from];
      this.#revisions[to] = revisions[from]!;
    });
  }

  clear(): void {
    this.#revisions.length = 0;
    this.#items.length = 0;
  }

  toArray(): unknown[] {
    return this.#items;
  }

  read(index: number): [unknown, number] {
    const place = this.#place("update item", index);
    return [this.#items[place], this.#revisions[place]!];
  }

  /** Replaces the item that was read, wherever it is now, if nobody has replaced or removed it meanwhile. */
  replace(index: number, revision: number, item: unknown): boolean {
    const hint = index < 0 ? this.#items.length + index : index;
    const place = this.#revisions[hint] === revision ? hint : this.#revisions.indexOf(revision);
    if (place < 0) return false;
    this.set(place, item);
    return true;
  }

  #newOnes(items: readonly unknown[]): number[] {
    return items.map(() => ++this.#revision);
  }

  #place(doing: string, index: number): number {
    const { length } = this.#items;
    const place = index < 0 ? length + index : index;
    if (Number.isInteger(place) && place >= 0 && place < length) return place;
    throw new RangeError(`Cannot ${doing}: index ${index} is not in a list of length ${length}`);
  }
}
