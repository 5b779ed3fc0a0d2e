import { Fifo } from "../waits/fifo.ts";
import { GRANT, NO_SLOT } from "./_protocol.ts";
import type { QueueUser, SlotWant } from "./_user.ts";

/**
 * The places of a queue, granted before an item is sent, so that an item that was sent always has one.
 *
 * Sends that wait are served in order of arrival. When none waits, free places go ahead of time to threads that are
 * sending one item after the other; what such a thread does not use at once it gives back.
 */
export class QueueSlots {
  readonly #capacity: number;
  /** Items held and slots granted. */
  #used = 0;
  #granted = 0;
  readonly #waiting = new Fifo<SlotWant>();
  readonly #snapshots = new Set<Snapshot>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Slots granted and not used yet: the most items that can be under way. */
  get granted(): number {
    return this.#granted;
  }

  /** A send waits for a slot. */
  want(user: QueueUser, id: number, extra: number): void {
    user.slotWants.set(id, this.#waiting.push({ user, id, extra }));
    this.#serve();
  }

  /** A send takes a slot if there is one now. */
  tryNow(user: QueueUser, id: number): void {
    if (this.#waiting.size > 0 || this.#used >= this.#capacity) user.wire.send([NO_SLOT, id]);
    else this.#grant(user, 1);
  }

  /** A send waits no more. */
  unwant(user: QueueUser, id: number): void {
    const node = user.slotWants.get(id);
    // Its slot can be on the way already; it comes back when nothing else is sent.
    if (node === undefined) return;
    user.slotWants.delete(id);
    this.#waiting.remove(node);
  }

  /** Slots will not be used. */
  giveBack(user: QueueUser, count: number): void {
    this.#countSettled(user, count);
    this.free(count);
  }

  /** An item has come: its slot is its place now. */
  use(user: QueueUser): void {
    this.#countSettled(user, 1);
  }

  /** Calls back once every slot granted so far was used or given back: what was sent before has come then. */
  whenSettled(users: Iterable<QueueUser>, callback: () => void): void {
    const awaited = new Map<QueueUser, number>();
    for (const user of users) {
      if (user.slots > 0) awaited.set(user, user.settledSlots + user.slots);
    }
    if (awaited.size === 0) return callback();
    this.#snapshots.add({ awaited, callback });
  }

  /** Items have left: as many slots are free again. */
  free(count: number): void {
    this.#used -= count;
    this.#serve();
  }

  /** No send may go any more. */
  refuseAll(): void {
    for (const { user, id } of this.#waiting.drain()) user.slotWants.delete(id);
  }

  /** Forgets a thread. */
  drop(user: QueueUser): void {
    for (const node of user.slotWants.values()) this.#waiting.remove(node);
    user.slotWants.clear();
    this.giveBack(user, user.slots);
  }

  #countSettled(user: QueueUser, count: number): void {
    user.slots -= count;
    user.settledSlots += count;
    this.#granted -= count;
    for (const snapshot of this.#snapshots) {
      const target = snapshot.awaited.get(user);
      if (target === undefined || user.settledSlots < target) continue;
      snapshot.awaited.delete(user);
      if (snapshot.awaited.size > 0) continue;
      this.#snapshots.delete(snapshot);
      snapshot.callback();
    }
  }

  #serve(): void {
    const served: SlotWant[] = [];
    while (this.#used < this.#capacity) {
      const want = this.#waiting.shift();
      if (want === undefined) break;
      want.user.slotWants.delete(want.id);
      this.#grant(want.user, 1);
      if (want.extra > 0) served.push(want);
    }
    // Sends that wait come before threads that already have a slot.
    for (const { user, extra } of served) {
      if (this.#waiting.size > 0) return;
      const share = Math.ceil((this.#capacity - this.#used) / served.length);
      if (share > 0) this.#grant(user, Math.min(extra, share, this.#capacity - this.#used));
    }
  }

  #grant(user: QueueUser, count: number): void {
    if (count <= 0) return;
    this.#used += count;
    this.#granted += count;
    user.slots += count;
    user.wire.send([GRANT, count]);
  }
}

/** A callback that waits until each of these threads has settled its number of slots. */
interface Snapshot {
  readonly awaited: Map<QueueUser, number>;
  readonly callback: () => void;
}
