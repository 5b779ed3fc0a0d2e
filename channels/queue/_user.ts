import { Fifo, type FifoNode } from "../waits/fifo.ts";
import type { Packet } from "../message/packet.ts";
import type { QueueWire } from "./_wires.ts";

/** An item at a queue's home. */
export interface StoredItem {
  /** Its place in the order in which the items were accepted. */
  readonly number: number;
  readonly packet: Packet;
}

/** A receive that waits. */
export interface Want {
  readonly user: QueueUser;
  readonly id: number;
  /** How many more items its thread will take at once. */
  readonly extra: number;
  /** Whether it waits only until it is known that there is nothing. */
  readonly isTry: boolean;
}

/** A send that waits. */
export interface SlotWant {
  readonly user: QueueUser;
  readonly id: number;
  /** How many more items its thread will send at once. */
  readonly extra: number;
}

/** One thread that uses a queue, as the queue's home sees it: what it was promised, was sent, and owes. */
export class QueueUser {
  readonly wire: QueueWire;
  /** Slots granted and not used yet. */
  slots = 0;
  /** Slots used or given back so far. */
  settledSlots = 0;
  /** Items sent there that were neither confirmed nor returned yet. */
  readonly away = new Fifo<StoredItem>();
  /** Items kept for a receive until its thread says that it still waits. */
  readonly offered = new Map<number, StoredItem>();
  /** Items taken and not done. */
  owed = 0;
  readonly wants = new Map<number, FifoNode<Want>>();
  readonly slotWants = new Map<number, FifoNode<SlotWant>>();
  /** Ids of the questions to answer when all items are done. */
  readonly joins = new Set<number>();
  /** Ids of the questions to answer when a receive would not wait. */
  readonly watchers = new Set<number>();

  constructor(wire: QueueWire) {
    this.wire = wire;
  }
}
