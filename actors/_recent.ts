// Bounds what is remembered of actors that have ended.
const KEPT = 4096;

/** What was noted last, by key; the oldest is forgotten first. */
export class Recent<V, K = string> {
  readonly #entries = new Map<K, V>();

  note(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= KEPT) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }
}
