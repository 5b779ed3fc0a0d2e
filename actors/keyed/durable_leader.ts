import type { HandleReviver } from "../../channels/message/handle.ts";
import { type DefinedKeyed, keyedWith } from "../definition/defined_keyed.ts";
import { POST_ATTEMPTS } from "../definition/durable_rules.ts";
import type { Runtime } from "../lifecycle/runtime.ts";
import type { Target } from "../messaging/ref_owner.ts";
import type { ActorRef } from "../vocabulary/actor_ref.ts";
import { UnknownKindError } from "../vocabulary/errors.ts";
import type { Store, StoreHandlers } from "../vocabulary/store.ts";
import { Dispatcher, type PostRules } from "./_dispatcher.ts";
import { StoreKeeper } from "./_store_keeper.ts";

const UNKNOWN_MS = 10_000;

/** What only host 0 does for durable actors: it has the store started, and delivers what is due. */
export class DurableLeader {
  readonly #keeper: StoreKeeper;
  readonly #dispatcher: Dispatcher;
  readonly #host: Runtime;
  /** Kinds that nobody has named when they were looked for: until when that holds. */
  readonly #unknown = new Map<string, number>();

  /** @param handles Brings back what is stored by identity. */
  constructor(
    host: Runtime,
    store: Store,
    kinds: readonly DefinedKeyed<unknown>[],
    handles: ReadonlyMap<string, HandleReviver>,
  ) {
    this.#host = host;
    this.#keeper = new StoreKeeper(host, store);
    const known = new Map(kinds.map((definition) => [definition.kind, definition]));
    this.#dispatcher = new Dispatcher(host, {
      store: () => this.#store(),
      handles,
      rulesOf: async (kind) => {
        const definition = known.get(kind) ?? await this.#find(kind);
        return rulesOf(keyedWith(definition.setup) ?? definition);
      },
    });
  }

  /** A kind that nobody has named is waited for; its other posts do not wait as long, one after the other. */
  async #find(kind: string): Promise<DefinedKeyed<unknown>> {
    const { clock, directory } = this.#host;
    if (clock.now() < (this.#unknown.get(kind) ?? 0)) throw new UnknownKindError(kind);
    try {
      return await directory.ask(["kind", kind]) as DefinedKeyed<unknown>;
    } catch (error) {
      this.#unknown.set(kind, clock.now() + UNKNOWN_MS);
      throw error;
    }
  }

  /** A reference to the store. */
  store(): Promise<Target> {
    return this.#keeper.get();
  }

  async #store(): Promise<ActorRef<StoreHandlers>> {
    return await this.#keeper.get() as ActorRef<StoreHandlers>;
  }

  /** Something will be due at a wall time. */
  hint(due: number): void {
    this.#dispatcher.hint(due);
  }

  start(): void {
    this.#dispatcher.start();
  }

  /** Delivers nothing any more. */
  quiet(): void {
    this.#dispatcher.stop();
  }

  /** Ends the store, when nobody needs it any more. */
  stop(ms: number): Promise<void> {
    return this.#keeper.stop(ms);
  }
}

function rulesOf({ durable }: DefinedKeyed<unknown>): PostRules {
  return { isDurable: durable !== null, attempts: durable?.postAttempts ?? POST_ATTEMPTS };
}
