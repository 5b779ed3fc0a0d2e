import type { RefOwner } from "./ref_owner.ts";

const owners = new Map<string, RefOwner>();

/** This thread's part of a system, by the system's id. */
export function ownerOf(systemId: string): RefOwner | undefined {
  return owners.get(systemId);
}

/** References to the system's actors can come to this thread. */
export function enterSystem(owner: RefOwner): void {
  owners.set(owner.systemId, owner);
}

/** They cannot any more. */
export function leaveSystem({ systemId }: RefOwner): void {
  owners.delete(systemId);
}
