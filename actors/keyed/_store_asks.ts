import { askForSystem } from "../messaging/outbox.ts";
import type { Target } from "../messaging/ref_owner.ts";
import type { StoreHandlers } from "../vocabulary/store.ts";

/** A store as the system asks it: what its actors have done is committed also while the system shuts down. */
export function asksOf(store: Target): StoreHandlers {
  const ask = <N extends keyof StoreHandlers>(name: N) =>
    ((...args: unknown[]) => askForSystem(store, name, args)) as StoreHandlers[N];
  return {
    load: ask("load"),
    commit: ask("commit"),
    once: ask("once"),
    entry: ask("entry"),
    entries: ask("entries"),
    due: ask("due"),
    delivered: ask("delivered"),
    putOff: ask("putOff"),
    alarms: ask("alarms"),
  };
}
