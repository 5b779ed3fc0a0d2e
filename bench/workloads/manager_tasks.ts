import { task } from "@troupe/actors";
import { type ManagedMap, sync } from "@troupe/actors/shared";

/** Sets and gets an entry so many times, blocking for each. */
export const useSync = task(import.meta, (map: ManagedMap<string, number>, operations: number) => {
  const view = sync(map);
  for (let n = 0; n < operations / 2; n++) {
    view.set("a", n);
    if (view.get("a") !== n) throw new Error(`Got another value than ${n}`);
  }
});
