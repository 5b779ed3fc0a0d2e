/**
 * What the tests of stores share: a store that is asked on this thread, and turns to commit.
 *
 * @module
 */
import type { ActorDefinition } from "../../actors/vocabulary/definition.ts";
import type {
  Store,
  StoredAlarm,
  StoredTurn,
  StoreHandlers,
} from "../../actors/vocabulary/store.ts";
import { type ActorOptions, ActorSystem } from "../../actors/mod.ts";

let turns = 0;

/** A turn of `cart/a` that changes nothing but its version, and what is given. */
export function turn(given: Partial<StoredTurn> & Pick<StoredTurn, "epoch" | "version">) {
  return {
    id: `turn-${++turns}`,
    kind: "cart",
    key: "a",
    durability: "disk",
    forgets: false,
    stateVersion: 1,
    entries: [],
    alarms: [],
    posts: [],
    once: null,
    delivers: null,
    ...given,
  } satisfies StoredTurn;
}

/** An alarm that calls `expire`. */
export function alarm(name: string, due: number, given: Partial<StoredAlarm> = {}): StoredAlarm {
  return {
    name,
    due,
    handler: "expire",
    args: "[]",
    repeat: null,
    attempts: 0,
    failure: null,
    ...given,
  };
}

/** Starts a store, by default on this thread. */
export function spawnStore(system: ActorSystem, store: Store, options: ActorOptions = {}) {
  const definition = store.definition.with({ on: "here", ...options });
  type Definition = ActorDefinition<StoreHandlers, unknown[]>;
  return system.spawn(definition as unknown as Definition, ...store.args);
}

/** A store of its own system, which ends with it. */
export async function startStore(store: Store, options: ActorOptions = {}) {
  const system = new ActorSystem({ workers: 0 });
  try {
    const ref = await spawnStore(system, store, options);
    return {
      ask: ref.ask,
      ref,
      stop: () => ref.stop(),
      [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
    };
  } catch (error) {
    await system[Symbol.asyncDispose]();
    throw error;
  }
}
