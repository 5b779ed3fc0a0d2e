import type { ManagedTarget } from "./table.ts";

/** Keys and values with the revisions of the values: a map, or a namespace. */
export class MapTarget implements ManagedTarget {
  readonly #values = new Map<unknown, unknown>();
  readonly #revisions = new Map<unknown, number>();
  #revision = 0;

  constructor(entries: Iterable<readonly [unknown, unknown]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  contents(): Iterable<unknown> {
    return [this.#values];
  }

  get(key: unknown): unknown {
    return this.#values.get(key);
  }

  set(key: unknown, value: unknown): void {
    this.#values.set(key, value);
    this.#revisions.set(key, ++this.#revision);
  }

  getOrInsert(key: unknown, value: unknown): unknown {
    if (!this.#values.has(key)) this.set(key, value);
    return this.get(key);
  }

  has(key: unknown): boolean {
    return this.#values.has(key);
  }

  delete(key: unknown): boolean {
    this.#revisions.delete(key);
    return this.#values.delete(key);
  }

  size(): number {
    return this.#values.size;
  }

  clear(): void {
    this.#values.clear();
    this.#revisions.clear();
  }

  keys(): unknown[] {
    return [...this.#values.keys()];
  }

  values(): unknown[] {
    return [...this.#values.values()];
  }

  entries(): [unknown, unknown][] {
    return [...this.#values];
  }

  read(key: unknown): [unknown, number] {
    return [this.#values.get(key), this.#revisions.get(key) ?? 0];
  }

  replace(key: unknown, revision: number, value: unknown): boolean {
    if (revision !== (this.#revisions.get(key) ?? 0)) return false;
    this.set(key, value);
    return true;
  }
}
