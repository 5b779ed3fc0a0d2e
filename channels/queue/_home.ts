import { soon } from "../vocabulary/kept.ts";
import { abandonItem } from "../message/abandon.ts";
import type { Packet } from "../message/packet.ts";
import * as wire from "./_protocol.ts";
import { type DeliveryHost, QueueDelivery } from "./_delivery.ts";
import { QueueSlots } from "./_slots.ts";
import { QueueTally } from "./_tally.ts";
import { QueueUser } from "./_user.ts";
import type { QueueWire } from "./_wires.ts";

/**
 * The one place that decides about a queue: it lives on the thread that made the queue, and every thread that uses
 * it, this one included, talks to it in the same words.
 *
 * | who      | says                    | and gets                 |
 * | -------- | ----------------------- | ------------------------ |
 * | sender   | `WANT_SLOT`, then items | `GRANT`                  |
 * | receiver | `WANT`, then `TAKEN`    | items, or `OFFER` before |
 * | anybody  | `QUERY`, `CLOSE`        | `ANSWER`; `CLOSED`, `END` |
 */
export class QueueHome implements DeliveryHost {
  readonly #slots: QueueSlots;
  readonly #delivery = new QueueDelivery(this);
  readonly #tally = new QueueTally();
  readonly #users = new Set<QueueUser>();
  readonly #onAbandoned: (count: number) => void;
  #state: "open" | "closing" | "ended" = "open";
  #isDiscarding = false;
  #isSettled = false;

  /** @param onAbandoned Called when a thread has left with items that it had taken and not done. */
  constructor(capacity: number, onAbandoned: (count: number) => void) {
    this.#slots = new QueueSlots(capacity);
    this.#onAbandoned = onAbandoned;
  }

  /** Whether nothing can come or go any more. */
  get hasEnded(): boolean {
    return this.#state === "ended";
  }

  /** A thread begins to use the queue. */
  join(link: QueueWire): QueueUser {
    const user = new QueueUser(link);
    this.#users.add(user);
    if (this.#state === "closing") user.wire.send([wire.CLOSED]);
    else if (this.#state === "ended") user.wire.send([wire.END, !this.#isSettled]);
    return user;
  }

  /** A thread uses the queue no more; what it was sent and has not taken goes to others. */
  leave(user: QueueUser): void {
    if (!this.#users.delete(user)) return;
    user.wire.close();
    const abandoned = this.#tally.leave(user);
    this.#slots.drop(user);
    this.#delivery.drop(user);
    if (abandoned > 0) this.#onAbandoned(abandoned);
    this.onChange();
  }

  /** Items have come from a thread that holds slots for them. */
  accept(user: QueueUser, items: readonly Packet[]): void {
    for (const item of items) {
      this.#slots.use(user);
      if (this.#isDiscarding) {
        abandonItem(item);
        this.#slots.free(1);
      } else {
        this.#tally.add();
        this.#delivery.add(item);
      }
    }
    this.#delivery.serve();
  }

  /** Handles what a thread says. */
  handle(user: QueueUser, request: wire.QueueRequest): void {
    switch (request[0]) {
      case wire.WANT_SLOT:
        if (this.#state === "open") this.#slots.want(user, request[1], request[2]);
        return;
      case wire.TRY_SLOT:
        if (this.#state === "open") return this.#slots.tryNow(user, request[1]);
        return user.wire.send([wire.NO_SLOT, request[1]]);
      case wire.UNWANT_SLOT:
        return this.#slots.unwant(user, request[1]);
      case wire.RETURN_SLOTS:
        this.#slots.giveBack(user, request[1]);
        return this.#delivery.serve();
      case wire.WANT:
        return this.#delivery.want({ user, id: request[1], extra: request[2], isTry: false });
      case wire.TRY:
        return this.#delivery.want({ user, id: request[1], extra: 0, isTry: true });
      case wire.UNWANT:
        return this.#delivery.unwant(user, request[1]);
      case wire.TAKEN:
        return this.#confirm(user, request[1], request[2], request[3]);
      case wire.ACCEPT:
        return this.#delivery.accept(user, request[1], request[2]);
      case wire.QUERY:
        return this.#answer(user, request[1], request[2]);
      case wire.UNQUERY:
        user.joins.delete(request[1]);
        user.watchers.delete(request[1]);
        return;
      case wire.CLOSE:
        return this.close(request[1]);
      case wire.ADD_USER:
        throw new TypeError("Cannot connect: the port is taken where it arrives");
      case wire.LEAVE:
        return this.leave(user);
    }
  }

  /** Refuses sends from now on; ends once what is under way has come and all items are taken or dropped. */
  close(discard: boolean): void {
    if (this.#state === "ended") return;
    this.#isDiscarding ||= discard;
    if (this.#state === "open") {
      this.#state = "closing";
      this.#slots.refuseAll();
      for (const user of this.#users) user.wire.send([wire.CLOSED]);
    }
    if (discard) this.#dropItems();
    this.#delivery.serve();
  }

  isMoreComing(): boolean {
    return this.#slots.granted > 0;
  }

  onTaken(user: QueueUser, count: number): void {
    this.#tally.taken(user, count);
    this.#slots.free(count);
  }

  onChange(): void {
    if (this.#isDiscarding && this.#delivery.isReady) this.#dropItems();
    this.#end();
    if (this.#delivery.isReady || this.#state === "ended") this.#tellReady();
    if (this.#tally.unfinished === 0 && this.#slots.granted === 0) this.#tally.answer(this.#users);
    if (this.#state === "ended" && !this.#isSettled && this.#tally.unfinished === 0) {
      this.#tellSettled();
    }
  }

  #confirm(user: QueueUser, taken: number, returned: number, done: number): void {
    this.#delivery.confirm(user, taken, returned);
    this.#tally.done(user, done);
    if (done > 0) this.onChange();
  }

  #answer(user: QueueUser, id: number, what: wire.QueueQuery): void {
    switch (what) {
      case "size":
        // Items can be under way whose senders have told other threads about them.
        return this.#slots.whenSettled(this.#users, () => {
          soon(() => user.wire.send([wire.ANSWER, id, this.#delivery.size]));
        });
      case "now": {
        const isReady = this.#delivery.isReady || this.#state === "ended";
        return user.wire.send([wire.ANSWER, id, isReady]);
      }
      case "done": {
        const wasThere = this.#tally.doneElsewhere([user, ...this.#users]);
        user.wire.send([wire.ANSWER, id, wasThere]);
        return this.onChange();
      }
      case "unfinished":
        return this.#slots.whenSettled(this.#users, () => {
          soon(() => user.wire.send([wire.ANSWER, id, this.#tally.unfinished]));
        });
      case "join":
        this.#tally.isUsed = true;
        user.joins.add(id);
        return this.onChange();
      case "ready":
        user.watchers.add(id);
        return this.onChange();
    }
  }

  #tellReady(): void {
    for (const user of this.#users) {
      for (const id of user.watchers) user.wire.send([wire.ANSWER, id, true]);
      user.watchers.clear();
    }
  }

  #dropItems(): void {
    const dropped = this.#delivery.discard();
    this.#tally.drop(dropped);
    this.#slots.free(dropped);
  }

  #end(): void {
    if (this.#state !== "closing" || this.#slots.granted > 0 || this.#delivery.size > 0) return;
    this.#state = "ended";
    this.#delivery.end();
    const isOpen = this.#tally.isUsed && this.#tally.unfinished > 0;
    this.#isSettled = !isOpen;
    for (const user of this.#users) user.wire.send([wire.END, isOpen]);
  }

  #tellSettled(): void {
    this.#isSettled = true;
    for (const user of this.#users) user.wire.send([wire.SETTLED]);
  }
}
