import { type HandleToken, reviveHandle } from "../../channels/message/handle.ts";
import type { Ref } from "../../actors/messaging/ref.ts";
import { managerHere, RemoteManager } from "./client.ts";
import type { ManagedKind, ManagerClient, Passage } from "./protocol.ts";
import { ManagedBarrier } from "./managed_barrier.ts";
import { ManagedCustom } from "./managed_custom.ts";
import { ManagedList } from "./managed_list.ts";
import { ManagedLock } from "./managed_lock.ts";
import { ManagedMap } from "./managed_map.ts";
import { ManagedNamespace } from "./managed_namespace.ts";
import { type ManagedObject, newHandle } from "./managed_object.ts";
import { ManagedQueue } from "./managed_queue.ts";
import { ManagedSet } from "./managed_set.ts";
import { ManagedValue } from "./managed_value.ts";
import { registerShared } from "../words/handles.ts";

/** The classes of the handles. */
export const HANDLES: { readonly [K in ManagedKind]: new () => ManagedObject } = {
  list: ManagedList,
  map: ManagedMap,
  set: ManagedSet,
  namespace: ManagedNamespace,
  value: ManagedValue,
  queue: ManagedQueue,
  lock: ManagedLock,
  barrier: ManagedBarrier,
  custom: ManagedCustom,
};

/** Makes a handle that its manager knows of. */
export function handleOf(client: ManagerClient, kind: ManagedKind, id: number): ManagedObject {
  return newHandle(client, kind, id, HANDLES[kind]);
}

registerShared("shared.managed", ([kind, id, sender, index, thread, ...ref], attachment) => {
  const passage: Passage = [sender as number, attachment(index as number) as number];
  const manager = reviveHandle(ref as unknown as HandleToken, () => undefined) as Ref;
  const inside = managerHere(manager.id);
  if (inside !== undefined) return inside.arrived(id as number, passage);
  const client = RemoteManager.of(manager, thread as number);
  client.claim(id as number, passage);
  return handleOf(client, kind as ManagedKind, id as number);
});
