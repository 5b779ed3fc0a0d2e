import type { Extras } from "./_extras.ts";
import type { Payload } from "../message/marker.ts";

/** A captured message that is not accepted yet: what it gives away is still here. */
export interface Draft {
  readonly payload: Payload;
  /** As of a `Packet`. */
  readonly units: number;
  /** What is beside the payload, if anything. */
  readonly extras: Extras | null;
}

/** Whether a message gives away what cannot be given twice. A buffer can be copied for the next time. */
export function goesOnce({ extras }: Draft): boolean {
  if (extras === null) return false;
  const { moved, movables } = extras;
  return [...moved].some((each) => !(each instanceof ArrayBuffer)) ||
    [...movables.values()].some((thing) => thing.goesOnce === true);
}

/** Which of several messages gives away something that one before gives away; -1 for none. */
export function givenTwice(drafts: readonly Draft[]): number {
  const given = new Set<Transferable>();
  return drafts.findIndex(({ extras }) => {
    if (extras === null) return false;
    const isTwice = !given.isDisjointFrom(extras.moved);
    for (const each of extras.moved) given.add(each);
    return isTwice;
  });
}
