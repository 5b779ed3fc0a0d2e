import { ThreadSlot } from "../../channels/thread/thread.ts";
import { ActorSystem, systemOf } from "./actor_system.ts";
import type { Host } from "../host/host.ts";
import { currentTurn } from "../cell/turn.ts";

/** The system of a thread for all that were given none. */
interface Shared {
  used: { readonly system: ActorSystem; users: number } | null;
}

const shared = new ThreadSlot((): Shared => ({ used: null }));

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
  const mine = shared.here;
  const used = mine.used ??= { system: new ActorSystem(), users: 0 };
  used.users++;
  let isReleased = false;
  return {
    system: used.system,
    async release() {
      if (isReleased) return;
      isReleased = true;
      if (--used.users > 0) return;
      if (mine.used === used) mine.used = null;
      await used.system.shutdown();
    },
  };
}
