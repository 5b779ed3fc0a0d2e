import { abandonValues } from "../../channels/message/abandon.ts";
import type { Item } from "./item.ts";

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

  /** The oldest item that somebody still cares for; those before it are dropped. */
  get first(): Item | null {
    const item = this.shift();
    if (item !== null) this.#unshift(item);
    return item;
  }

  #unshift(item: Item): void {
    item.next = this.#head;
    this.#head = item;
    this.#tail ??= item;
    if (item.work === null) this.#messages++;
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
