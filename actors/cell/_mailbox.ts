import { abandonValues } from "../../channels/packing/abandon.ts";
import type { Cell } from "./cell.ts";
import type { Reply } from "./reply.ts";
import type { StreamConsumer } from "../messaging/stream_consumer.ts";

/** One entry of a mailbox: a message for a handler, or a piece of the actor's own work (timers, streams). */
export class Item {
  /** Name of the handler, or what the work is called. */
  readonly label: string;
  readonly args: unknown[];
  readonly reply: Reply | null;
  /** Handlers that wait for this message, outermost first; `null` when it was sent outside any turn. */
  readonly chain: readonly string[] | null;
  /** The work; `null` for a message. */
  readonly work: (() => unknown) | null;
  next: Item | null = null;
  /** Where it is being handled, while it is. */
  cell: Cell | null = null;
  /** Handlers that wait for each other, this one among them, once that shows. */
  circle: readonly string[] | null = null;
  /** Streams that its handler reads: they end with it when it is abandoned. One set for all turns of a generator. */
  streams: Set<StreamConsumer> | null = null;

  constructor(
    label: string,
    args: unknown[],
    reply: Reply | null,
    chain: readonly string[] | null,
    work: (() => unknown) | null = null,
  ) {
    this.label = label;
    this.args = args;
    this.reply = reply;
    this.chain = chain;
    this.work = work;
  }
}

/** Items in order of arrival: a linked list, so that an idle actor owns no memory for it. */
export class Mailbox {
  #head: Item | null = null;
  #tail: Item | null = null;
  #messages = 0;

  /** How many messages wait; the actor's own work is not counted. */
  get messages(): number {
    return this.#messages;
  }

  get isEmpty(): boolean {
    return this.#head === null;
  }

  push(item: Item): void {
    if (this.#tail === null) this.#head = item;
    else this.#tail.next = item;
    this.#tail = item;
    if (item.work === null) this.#messages++;
  }

  /** Takes the oldest item that somebody still cares for. */
  shift(): Item | null {
    for (let item = this.#head; item !== null; item = this.#head) {
      this.#head = item.next;
      if (this.#head === null) this.#tail = null;
      item.next = null;
      if (item.work === null) this.#messages--;
      if (item.reply === null || !item.reply.settled) return item;
      abandonValues(item.args);
    }
    return null;
  }

  /** The handlers from one of this actor on that wait for a message here; costs a walk over all. */
  chainFrom(actor: string): readonly string[] | null {
    for (let item = this.#head; item !== null; item = item.next) {
      const start = item.chain?.findIndex((waiting) => waiting.startsWith(`${actor}.`)) ?? -1;
      if (start >= 0) return item.chain!.slice(start);
    }
    return null;
  }

  /** Removes one item; costs a walk from the oldest. */
  remove(item: Item): boolean {
    let before: Item | null = null;
    for (let at = this.#head; at !== null; before = at, at = at.next) {
      if (at !== item) continue;
      if (before === null) this.#head = at.next;
      else before.next = at.next;
      if (this.#tail === at) this.#tail = before;
      at.next = null;
      if (at.work === null) this.#messages--;
      return true;
    }
    return false;
  }

  /** Removes the actor's own work, which belongs to an incarnation that has ended. */
  dropWork(): void {
    let item = this.#head;
    this.#head = this.#tail = null;
    this.#messages = 0;
    while (item !== null) {
      const { next } = item;
      item.next = null;
      if (item.work === null) this.push(item);
      item = next;
    }
  }

  /** Removes and returns the message that has waited longest. */
  shiftMessage(): Item | null {
    for (let at = this.#head; at !== null; at = at.next) {
      if (at.work === null) {
        this.remove(at);
        return at;
      }
    }
    return null;
  }
}
