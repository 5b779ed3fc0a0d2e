/** An actor that will be back. */
interface ReturningActor {
  /** Index of the host that starts it again. */
  readonly owner: number;
  /** What has come for it meanwhile. */
  readonly deferred: (() => void)[];
}

/** The actors of a lost thread that are to start again on this one, until they have. */
export class Returning {
  readonly #actors = new Map<number, ReturningActor>();

  constructor(owners: Iterable<readonly [serial: number, owner: number]>) {
    for (const [serial, owner] of owners) this.#actors.set(serial, { owner, deferred: [] });
  }

  get size(): number {
    return this.#actors.size;
  }

  has(serial: number): boolean {
    return this.#actors.has(serial);
  }

  /** Index of the host that is to start it again. */
  ownerOf(serial: number): number | undefined {
    return this.#actors.get(serial)?.owner;
  }

  /** Whether the work was put off until the actor is here. */
  defer(serial: number, work: () => void): boolean {
    const actor = this.#actors.get(serial);
    actor?.deferred.push(work);
    return actor !== undefined;
  }

  /** The actor is here, or will not be: what was put off is done now. */
  settle(serial: number): void {
    const actor = this.#actors.get(serial);
    this.#actors.delete(serial);
    for (const work of actor?.deferred ?? []) work();
  }

  /** Actors that only a host could start which has ended itself. */
  ownedBy(owner: number): number[] {
    return [...this.#actors].filter(([, each]) => each.owner === owner).map(([serial]) => serial);
  }
}
