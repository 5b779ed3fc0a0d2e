import { ActorSystem, systemOf } from "./actor_system.ts";
import type { Host } from "../host/host.ts";
import { currentTurn } from "../cell/turn.ts";

let shared: { readonly system: ActorSystem; users: number } | null = null;

/** A system to use until it is released. */
export interface UsedSystem {
  readonly system: ActorSystem;
  /** Shuts it down if nobody else uses it and nobody else made it. */
  release(): Promise<void>;
}

/**
 * The system that was given; without one the calling actor's, else one for all in this thread that were given none,
 * which lives as long as somebody uses it.
 */
export function useSystem(given: ActorSystem | undefined): UsedSystem {
  const host = currentTurn()?.cell?.environment as Host | undefined;
  const system = given ?? (host && systemOf(host));
  if (system !== undefined) return { system, release: () => Promise.resolve() };
  const used = shared ??= { system: new ActorSystem(), users: 0 };
  used.users++;
  let isReleased = false;
  return {
    system: used.system,
    async release() {
      if (isReleased) return;
      isReleased = true;
      if (--used.users > 0) return;
      if (shared === used) shared = null;
      await used.system.shutdown();
    },
  };
}
