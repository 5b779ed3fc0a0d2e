import { NameTakenError } from "./errors.ts";

interface Entry {
  /** Host that reserved the name, or where the actor lives. */
  at: number;
  /** `null` until the actor has started. */
  serial: number | null;
}

/** The names of a system. A name is reserved first, and belongs to an actor once that has started. */
export class Names {
  readonly #entries = new Map<string, Entry>();

  /** @throws {NameTakenError} when the name is reserved or in use. */
  reserve(name: string, at: number): void {
    if (this.#entries.has(name)) throw new NameTakenError(name);
    this.#entries.set(name, { at, serial: null });
  }

  /** The actor with a reserved name has started. */
  assign(name: string, at: number, serial: number): void {
    const entry = this.#entries.get(name);
    // Its spawn was given up meanwhile, and the name may belong to another one.
    if (entry === undefined || entry.serial !== null) throw new NameTakenError(name);
    entry.at = at;
    entry.serial = serial;
  }

  /** Frees a name, if it still belongs to this actor (`null`: to nobody yet). */
  release(name: string, at: number, serial: number | null): void {
    const entry = this.#entries.get(name);
    if (entry?.at === at && entry.serial === serial) this.#entries.delete(name);
  }

  /** Frees the name of an actor, if it has one; costs a walk over all names. */
  releaseOf(at: number, serial: number): void {
    for (const [name, entry] of this.#entries) {
      if (entry.at === at && entry.serial === serial) this.#entries.delete(name);
    }
  }

  /** Where the actor with a name lives. */
  find(name: string): { at: number; serial: number } | null {
    const entry = this.#entries.get(name);
    return entry === undefined || entry.serial === null
      ? null
      : { at: entry.at, serial: entry.serial };
  }

  /** Frees the names of a lost host, but for those of actors that will be back. */
  lose(at: number, survivors: ReadonlySet<number>): void {
    for (const [name, entry] of this.#entries) {
      if (entry.at === at && !survivors.has(entry.serial ?? 0)) this.#entries.delete(name);
    }
  }
}
