import { call, isUnusable, type ManagedObject } from "./managed_object.ts";

/** What a handle opens at its first use, and works with by itself from then on. */
export class Opened<T> {
  #thing: Promise<T> | null = null;

  /**
   * @throws {TypeError} Rejects when the handle was disposed.
   * @throws {ActorStoppedError} Rejects when the manager has ended.
   */
  by(object: ManagedObject): Promise<T> {
    if (this.#thing !== null && !isUnusable(object)) return this.#thing;
    const opening = call(object, "open") as Promise<T>;
    this.#thing = opening;
    // Another try may do better.
    opening.catch(() => this.#thing = null);
    return opening;
  }

  /** What is open, if anything. */
  get thing(): Promise<T> | null {
    return this.#thing;
  }
}
