import { task } from "@troupe/actors";
import type { ManagedList, ManagedMap, ManagedNamespace } from "@troupe/actors/shared";

/** What the namespace holds. */
export type Space = { x: number; y: number[]; z: number[] };
/** What the list and the map hold. */
export type Slot = number | number[] | ManagedList<number>;

export const change = task(
  import.meta,
  async (
    space: ManagedNamespace<Space>,
    list: ManagedList<Slot>,
    map: ManagedMap<number, Slot>,
  ) => {
    await space.set("x", await space.get("x") + 1);
    plusOne(await space.get("y")); // A copy.
    await space.set("z", plusOne(await space.get("z")));

    await list.set(0, await list.at(0) as number + 1);
    plusOne(await list.at(1) as number[]);
    await list.set(2, plusOne(await list.at(2) as number[]));
    const inner = await list.at(3) as ManagedList<number>;
    await inner.update(0, (n) => n + 1);

    await map.set(0, await map.get(0) as number + 1);
    plusOne(await map.get(1) as number[]);
    await map.set(2, plusOne(await map.get(2) as number[]));
    const innerToo = await map.get(3) as ManagedList<number>;
    await innerToo.update(0, (n) => n + 1);
  },
);

function plusOne(numbers: number[]): number[] {
  numbers[0]! += 1;
  return numbers;
}
