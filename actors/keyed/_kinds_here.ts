import type { Clock } from "../../channels/thread/clock.ts";
import { checkSame, type DefinedKeyed, keyedWith } from "../definition/defined_keyed.ts";
import { functionHere } from "../definition/function_here.ts";
import type { Address, DefinedFunction } from "../definition/registry.ts";
import type { Directory } from "../hosts/directory.ts";
import { UnknownKindError } from "../vocabulary/errors.ts";
import { ActiveKind } from "./_active_kind.ts";

type AnyKeyed = DefinedKeyed<unknown>;

/** What is needed to find kinds. */
export interface KindsHost {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly settings: { readonly workers: number };
  load(
    address: Address,
    startTimeoutMs?: number,
  ): DefinedFunction | Promise<DefinedFunction>;
}

/** The kinds of keyed actors as one host knows them. */
export class KindsHere {
  readonly #host: KindsHost;
  /** Those that were named here, whose modules need not be loaded. */
  readonly #named = new Map<string, AnyKeyed>();
  /** Those whose actors can be active here. */
  readonly #active = new Map<string, ActiveKind>();
  /** What waits for a kind that is being looked for. */
  readonly #awaited = new Map<string, (() => void)[]>();
  /** Why a kind was not found, while those hear of it who have waited. */
  readonly #failures = new Map<string, unknown>();

  constructor(host: KindsHost) {
    this.#host = host;
  }

  /**
   * Names a kind here; whether it is the first time.
   *
   * @throws {DefinitionError} when another one is called so.
   */
  name(definition: AnyKeyed): boolean {
    const known = this.#named.get(definition.kind);
    if (known === definition) return false;
    if (known !== undefined) {
      checkSame(known, definition);
      return false;
    }
    this.#named.set(definition.kind, definition);
    return true;
  }

  /** A kind whose actors can be active here; `undefined` while that is not known, or is not so. */
  active(kind: string): ActiveKind | undefined {
    const known = this.#active.get(kind);
    if (known !== undefined) return known;
    const named = this.#named.get(kind);
    const isAtHand = named !== undefined && functionHere(named.setup) !== null;
    return isAtHand && !this.#awaited.has(kind) ? this.#open(named) : undefined;
  }

  /** Whether the work was put off until it is known whether the actors of a kind can be active here. */
  defer(kind: string, work: () => void): boolean {
    if (this.#failures.has(kind)) return false;
    const waiting = this.#awaited.get(kind);
    if (waiting !== undefined) {
      waiting.push(work);
    } else {
      this.#awaited.set(kind, [work]);
      void this.#find(kind);
    }
    return true;
  }

  /** Why the actors of a kind cannot be active here. */
  failureOf(kind: string): unknown {
    return this.#failures.get(kind);
  }

  /** Nobody sleeps any more by himself. */
  stop(): void {
    for (const kind of this.#active.values()) kind.stop();
  }

  #open(definition: AnyKeyed): ActiveKind {
    const { clock, settings: { workers } } = this.#host;
    const kind = new ActiveKind(definition, clock, Math.max(1, workers));
    this.#active.set(definition.kind, kind);
    return kind;
  }

  async #find(kind: string): Promise<void> {
    try {
      const named = this.#named.get(kind) ??
        await this.#host.directory.ask(["kind", kind]) as AnyKeyed;
      const { address, options } = named.actor;
      const definition = keyedWith(await this.#host.load(address, options.startTimeoutMs));
      // Its module has made it, but not as a keyed actor.
      if (definition === undefined) throw new UnknownKindError(kind);
      this.#open(definition);
    } catch (error) {
      this.#failures.set(kind, error);
    }
    const waiting = this.#awaited.get(kind)!;
    this.#awaited.delete(kind);
    for (const work of waiting) work();
    this.#failures.delete(kind);
  }
}
