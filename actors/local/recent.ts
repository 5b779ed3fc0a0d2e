// Bounds what is remembered of actors that have ended.
const KEPT = 4096;

/**
 * What was noted last, by key: as many as {@linkcode KEPT}, and up to as many before them.
 *
 * Two generations, because taking the oldest entry out of a `Map` gets slow: it steps over those deleted before.
 */
export class Recent<V, K = string> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  note(key: K, value: V): void {
    this.#young.set(key, value);
    if (this.#young.size < KEPT) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  get(key: K): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }
}
