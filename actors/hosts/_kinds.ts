import type { Deadlines } from "../../channels/waits/deadlines.ts";
import { OwnWait } from "../../channels/waits/wait.ts";
import { checkSame, type DefinedKeyed } from "../definition/defined_keyed.ts";
import { UnknownKindError } from "../vocabulary/errors.ts";

type AnyKeyed = DefinedKeyed<unknown>;

/** The kinds of keyed actors of a system, as host 0 knows them: by what they are called, what they are. */
export class Kinds {
  readonly #known = new Map<string, AnyKeyed>();
  /** Who has asked for a kind before it was named here: who knows it says so at about the same time. */
  readonly #awaited = new Map<string, Set<OwnWait<AnyKeyed>>>();
  readonly #deadlines: Deadlines;

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
  }

  /** @throws {DefinitionError} when another one is called so. */
  add(definition: AnyKeyed): void {
    const { kind } = definition;
    const known = this.#known.get(kind);
    if (known === undefined) this.#known.set(kind, definition);
    else checkSame(known, definition);
    for (const wait of this.#awaited.get(kind) ?? []) wait.resolve(definition);
    this.#awaited.delete(kind);
  }

  /** @throws {UnknownKindError} Rejects when nobody names it within `ms` milliseconds. */
  async find(kind: string, ms: number): Promise<AnyKeyed> {
    const known = this.#known.get(kind);
    if (known !== undefined) return known;
    const wait = new OwnWait<AnyKeyed>(`find kind "${kind}"`);
    const waits = this.#awaited.get(kind) ?? new Set();
    this.#awaited.set(kind, waits.add(wait));
    this.#deadlines.start(wait, undefined, ms);
    try {
      return await wait.promise;
    } catch {
      waits.delete(wait);
      if (waits.size === 0) this.#awaited.delete(kind);
      throw new UnknownKindError(kind);
    }
  }
}
