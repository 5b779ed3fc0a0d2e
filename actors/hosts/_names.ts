import { NameTakenError } from "../vocabulary/errors.ts";
import type { Reservation } from "../messaging/questions.ts";

interface Entry {
  /** For which start it was reserved. */
  readonly claim: string;
  /** Host that reserved the name, or where the actor lives. */
  at: number;
  /** `null` until the actor has started. */
  serial: number | null;
}

/** The names of a system. A name is reserved first, and belongs to an actor once that has started. */
export class Names {
  readonly #entries = new Map<string, Entry>();

  /** @throws {NameTakenError} when the name is reserved or in use. */
  reserve({ name, claim }: Reservation, at: number): void {
    if (this.#entries.has(name)) throw new NameTakenError(name);
    this.#entries.set(name, { claim, at, serial: null });
  }

  /**
   * The actor that a name is reserved for has started.
   *
   * @throws {NameTakenError} when its start was given up meanwhile: the name may be another one's.
   */
  assign({ name, claim }: Reservation, at: number, serial: number): void {
    const entry = this.#entries.get(name);
    if (entry?.claim !== claim) throw new NameTakenError(name);
    entry.at = at;
    entry.serial = serial;
  }

  /** Frees a name whose start was given up, whether or not the actor has it by now. */
  unclaim({ name, claim }: Reservation): void {
    if (this.#entries.get(name)?.claim === claim) this.#entries.delete(name);
  }

  /** Frees a name, if it still belongs to this actor. */
  release(name: string, at: number, serial: number): void {
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
  lose(at: number, returning: ReadonlySet<number>): void {
    for (const [name, entry] of this.#entries) {
      if (entry.at === at && !returning.has(entry.serial ?? 0)) this.#entries.delete(name);
    }
  }
}
