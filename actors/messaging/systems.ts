import { ThreadSlot } from "../../channels/thread/thread.ts";
import type { RefOwner } from "./ref_owner.ts";

const owners = new ThreadSlot(() => new Map<string, RefOwner>());

/** This thread's part of a system, by the system's id. */
export function ownerOf(systemId: string): RefOwner | undefined {
  return owners.here.get(systemId);
}

/** This thread's parts of all systems. */
export function ownersHere(): RefOwner[] {
  return [...owners.here.values()];
}

/** References to the system's actors can come to this thread. */
export function enterSystem(owner: RefOwner): void {
  owners.here.set(owner.systemId, owner);
}

/** They cannot any more. */
export function leaveSystem({ systemId }: RefOwner): void {
  owners.here.delete(systemId);
}
