import { task } from "@troupe/actors";
import type {
  ManagedBarrier,
  ManagedList,
  ManagedLock,
  ManagedNamespace,
} from "@troupe/actors/shared";

/** A number, and what it was made. */
export type Space = ManagedNamespace<{ x: number; items: ManagedList<number> }>;

/** Others can write between the read and the write. */
export const addRacily = task(import.meta, async (space: Space, start?: ManagedBarrier) => {
  await start?.wait(); // All at once.
  await space.set("x", await space.get("x") + 1);
  await (await space.get("items")).push(await space.get("x"));
});

export const addLocked = task(import.meta, async (space: Space, lock: ManagedLock) => {
  using _guard = await lock.acquire();
  await space.set("x", await space.get("x") + 1);
  await (await space.get("items")).push(await space.get("x"));
});

export const addInOneStep = task(import.meta, async (space: Space) => {
  const x = await space.update("x", (x) => x + 1);
  await (await space.get("items")).push(x);
});
