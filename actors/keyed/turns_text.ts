import type { Stored } from "../../channels/message/stored.ts";
import { jsonOf, readJson } from "../../channels/vocabulary/kept.ts";
import type { StoredTurn } from "../vocabulary/store.ts";

/** Turns as JSON; `null` when there are bytes among them. */
export function textOfTurns(turns: readonly StoredTurn[]): string | null {
  return turns.some(hasBytes) ? null : jsonOf(turns);
}

/** Turns as they come to a store, see `StoreHandlers.commit`. */
export function turnsIn(listOrText: readonly StoredTurn[] | string): readonly StoredTurn[] {
  return typeof listOrText === "string" ? readJson(listOrText) as StoredTurn[] : listOrText;
}

function hasBytes({ state, entries, alarms, posts, once }: StoredTurn): boolean {
  return isBytes(state) || entries.some(([, value]) => isBytes(value)) ||
    alarms.some(([, alarm]) => isBytes(alarm?.args)) || posts.some(({ args }) => isBytes(args)) ||
    isBytes(once?.result);
}

function isBytes(stored: Stored | null | undefined): boolean {
  return typeof stored === "object" && stored !== null;
}
