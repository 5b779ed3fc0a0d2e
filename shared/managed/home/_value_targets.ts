import type { ManagedTarget } from "./table.ts";

/** A set. */
export class SetTarget implements ManagedTarget {
  readonly #values: Set<unknown>;

  constructor(values: Iterable<unknown> = []) {
    this.#values = new Set(values);
  }

  contents(): Iterable<unknown> {
    return this.#values;
  }

  add(value: unknown): boolean {
    const isNew = !this.#values.has(value);
    this.#values.add(value);
    return isNew;
  }

  has(value: unknown): boolean {
    return this.#values.has(value);
  }

  delete(value: unknown): boolean {
    return this.#values.delete(value);
  }

  size(): number {
    return this.#values.size;
  }

  clear(): void {
    this.#values.clear();
  }

  values(): unknown[] {
    return [...this.#values];
  }
}

/** One value. */
export class ValueTarget implements ManagedTarget {
  #value: unknown;
  #revision = 0;

  constructor(value: unknown) {
    this.#value = value;
  }

  contents(): Iterable<unknown> {
    return [this.#value];
  }

  get(): unknown {
    return this.#value;
  }

  set(value: unknown): void {
    this.#value = value;
    this.#revision++;
  }

  read(_key: null): [unknown, number] {
    return [this.#value, this.#revision];
  }

  replace(_key: null, revision: number, value: unknown): boolean {
    if (revision !== this.#revision) return false;
    this.set(value);
    return true;
  }
}
