import { Fifo, type FifoNode } from "../waits/fifo.ts";
import { abandonItem } from "../message/abandon.ts";
import type { Packet } from "../message/packet.ts";
import { NOTHING, OFFER } from "./_protocol.ts";
import type { QueueUser, StoredItem, Want } from "./_user.ts";

/** What a {@linkcode QueueDelivery} needs to know and to tell. */
export interface DeliveryHost {
  /** Whether items may be under way to the queue. */
  isMoreComing(): boolean;
  /** Items were taken for good. */
  onTaken(user: QueueUser, count: number): void;
  /** Something may be ready, or at its end. */
  onChange(): void;
}

/**
 * The items of a queue on their way out.
 *
 * Receives that wait are served in order of arrival, one item each. An item stays known here until its receiver has
 * said that it took it: when the receiver's thread dies first, the item goes to another one.
 *
 * A thread that receives one item after the other is sent more than it waits for, because a round trip for each
 * would limit it to some 25 000 items a second. What it does not take at once it gives back; until it has said so,
 * nobody else is served, or items of one sender could be seen out of order. Such threads are fast by definition: they
 * answer within the time that a few of their items take.
 */
export class QueueDelivery {
  readonly #host: DeliveryHost;
  readonly #items = new Fifo<StoredItem>();
  readonly #wants = new Fifo<Want>();
  /** The nodes of receives that do not wait; some may have been served. */
  readonly #tries = new Set<FifoNode<Want>>();
  /** The thread that was sent more than it waited for. */
  #ahead: QueueUser | null = null;
  /** Items sent or offered that were neither confirmed nor returned yet. */
  #away = 0;
  #numbers = 0;
  #isServing = false;

  constructor(host: DeliveryHost) {
    this.#host = host;
  }

  /** Items that nobody has taken. */
  get size(): number {
    return this.#items.size + this.#away;
  }

  /** Whether a receive would not wait. */
  get isReady(): boolean {
    return this.#items.size > 0;
  }

  /** Adds an item at the end; {@linkcode QueueDelivery.serve} gives it out. */
  add(packet: Packet): void {
    this.#items.push({ number: ++this.#numbers, packet });
  }

  /** A receive waits. */
  want(want: Want): void {
    const node = this.#wants.push(want);
    want.user.wants.set(want.id, node);
    if (want.isTry) this.#tries.add(node);
    this.serve();
  }

  /** A receive waits no more. */
  unwant(user: QueueUser, id: number): void {
    const node = user.wants.get(id);
    // Its item is on the way: it takes that.
    if (node === undefined) return;
    user.wants.delete(id);
    this.#wants.remove(node);
    user.wire.send([NOTHING, id]);
    this.serve();
  }

  /** A thread has taken the first items sent to it, and not those after them. */
  confirm(user: QueueUser, taken: number, returned: number): void {
    for (let count = 0; count < taken; count++) user.away.shift();
    for (let count = 0; count < returned; count++) this.#restore(user.away.shift()!);
    this.#away -= taken + returned;
    if (this.#ahead === user && user.away.size === 0) this.#ahead = null;
    if (taken > 0) this.#host.onTaken(user, taken);
    this.serve();
  }

  /** A receive that was offered an item takes it or not. */
  accept(user: QueueUser, id: number, isWanted: boolean): void {
    const item = user.offered.get(id);
    if (item === undefined) return;
    user.offered.delete(id);
    this.#away--;
    if (isWanted) {
      user.wire.deliver(id, item.packet);
      this.#host.onTaken(user, 1);
    } else {
      this.#restore(item);
    }
    this.serve();
  }

  /** A thread has ended: what it has not taken goes to others. */
  drop(user: QueueUser): void {
    for (const node of user.wants.values()) this.#wants.remove(node);
    user.wants.clear();
    this.#away -= user.away.size + user.offered.size;
    for (const item of user.away.drain()) this.#restore(item);
    for (const item of user.offered.values()) this.#restore(item);
    user.offered.clear();
    if (this.#ahead === user) this.#ahead = null;
    this.serve();
  }

  /** Drops what nobody has taken; returns how many. */
  discard(): number {
    const count = this.#items.size;
    for (const { packet } of this.#items.drain()) abandonItem(packet);
    return count;
  }

  /** No item will come: ends all waits. */
  end(): void {
    for (const { user, id } of this.#wants.drain()) user.wants.delete(id);
  }

  /** Gives out what can be given out. */
  serve(): void {
    // While a thread has more than it waited for nothing changes for anybody.
    if (this.#isServing || this.#ahead !== null) return;
    this.#isServing = true;
    let fast: Want | null = null;
    while (this.#ahead === null && this.#wants.head !== null) {
      if (this.#items.size === 0) break;
      const want = this.#wants.shift()!;
      want.user.wants.delete(want.id);
      this.#give(want);
      if (want.extra > 0) fast ??= want;
    }
    if (this.#items.size === 0 && !this.#host.isMoreComing()) this.#refuseTries();
    if (fast !== null && this.#ahead === null) this.#giveAhead(fast);
    this.#isServing = false;
    this.#host.onChange();
  }

  /** There is nothing for receives that do not wait. */
  #refuseTries(): void {
    for (const node of this.#tries) {
      const { user, id } = node.value;
      if (user.wants.get(id) !== node) continue;
      this.#wants.remove(node);
      user.wants.delete(id);
      user.wire.send([NOTHING, id]);
    }
    this.#tries.clear();
  }

  #give({ user, id }: Want): void {
    const item = this.#items.shift()!;
    this.#away++;
    if (item.packet.transfers.length > 0) {
      user.offered.set(id, item);
      user.wire.send([OFFER, id]);
    } else {
      user.away.push(item);
      user.wire.sendItem(item.packet);
    }
  }

  #giveAhead({ user, extra }: Want): void {
    for (let left = extra; left > 0; left--) {
      const packet = this.#items.head?.value.packet;
      if (packet === undefined || packet.transfers.length > 0) return;
      this.#ahead = user;
      this.#away++;
      user.away.push(this.#items.shift()!);
      user.wire.sendItem(packet);
    }
  }

  #restore(item: StoredItem): void {
    this.#items.insert(item, (other) => other.number > item.number);
  }
}
