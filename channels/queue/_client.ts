import { type Closed, closedError } from "../packing/closed_error.ts";
import { OwnWait, waitTimeout } from "../waits/wait.ts";
import { itemFrom } from "../message/abandon.ts";
import * as wire from "./_protocol.ts";
import { QueueReceiver } from "./_receiver.ts";
import { QueueSender } from "./_sender.ts";
import type { HomeWire } from "./_wires.ts";
import { checkWait, limitWait } from "../waits/limits.ts";
import type { HostLostError } from "../vocabulary/errors.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

/** A question to the home. */
class Query extends OwnWait<number | boolean> {
  readonly id: number;

  constructor(id: number, what: wire.QueueQuery, onGivenUp: () => void) {
    super(...ASKING[what], onGivenUp);
    this.id = id;
  }
}

/** For errors: what each question asks for, and what is missing when it gets no answer in time. */
const ASKING: Record<wire.QueueQuery, [doing: string, missing: string]> = {
  size: ["ask for the size of Queue", "no answer"],
  done: ["mark item as done", "no answer"],
  join: ["join Queue", "not all items done"],
  unfinished: ["join Queue", "not all items done"],
  ready: ["select Queue", "nothing ready"],
  now: ["select Queue", "nothing ready"],
};

/** One thread's use of one queue, whatever thread the queue's home is on. */
export class QueueClient {
  readonly sender: QueueSender;
  readonly receiver: QueueReceiver;
  readonly home: HomeWire;
  readonly #onLeft: () => void;
  readonly #queries = new Map<number, Query>();
  #ids = 0;
  #isClosed = false;
  #hasEnded = false;
  /** Whether all items are known to be done, or are not counted. */
  #isSettled = false;
  #usesDone = false;
  #hasSeenEnd = false;
  /** Set when the home is gone. */
  #lost: Closed | null = null;
  #hasLeft = false;

  /** @param onLeft Called when this thread is done with the queue. */
  constructor(home: HomeWire, onLeft: () => void) {
    this.home = home;
    this.#onLeft = onLeft;
    this.sender = new QueueSender(home);
    this.receiver = new QueueReceiver(home, () => {
      this.#hasSeenEnd = true;
      this.#leaveWhenDone();
    });
  }

  /** Whether something waits here. */
  get isBusy(): boolean {
    return !this.sender.isIdle || !this.receiver.isIdle || this.#queries.size > 0;
  }

  /** Whether nothing can be sent or received any more, and the home was told so. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Handles what the home says. */
  handle(reply: wire.QueueReply, attachments: readonly unknown[]): void {
    switch (reply[0]) {
      case wire.GRANT:
        return this.sender.granted(reply[1]);
      case wire.NO_SLOT:
        return this.sender.refused(reply[1]);
      case wire.NOTHING:
        return this.receiver.nothing(reply[1]);
      case wire.OFFER:
        return this.receiver.offered(reply[1]);
      case wire.DELIVER:
        return this.receiver.delivered(reply[1], itemFrom(reply[2], attachments));
      case wire.ANSWER: {
        const query = this.#queries.get(reply[1]);
        this.#queries.delete(reply[1]);
        query?.resolve(reply[2]);
        return this.#leaveWhenDone();
      }
      case wire.CLOSED:
        return this.#close();
      case wire.END:
        return this.#end(!reply[1]);
      case wire.SETTLED:
        this.#isSettled = true;
        return this.#leaveWhenDone();
    }
  }

  /** How many items nobody has taken. */
  async size(): Promise<number> {
    if (this.#lost !== null) throw closedError("ask for the size of Queue", this.#lost);
    if (this.#hasEnded) return 0;
    return await this.#ask("size", {}).promise as number;
  }

  /** Marks one item as done. */
  async done(): Promise<void> {
    this.#usesDone = true;
    if (this.receiver.done()) return this.#leaveWhenDone();
    if (!this.#hasLeft && await this.#ask("done", {}).promise) return;
    throw new RangeError("Cannot mark item as done: every item that was received is done already");
  }

  /** Waits until all items are done. */
  async join(options: WaitOptions): Promise<void> {
    if (this.#lost !== null) throw closedError("join Queue", this.#lost);
    checkWait("join Queue", options);
    if (this.#hasLeft) return;
    const wait = this.#ask(options.timeoutMs === 0 ? "unfinished" : "join", options);
    if (await wait.promise !== 0) throw waitTimeout(wait, 0);
  }

  /** Calls back once a receive would not wait; returns how to stop that. */
  whenReady(callback: () => void): () => void {
    if (this.receiver.isReady) {
      callback();
      return () => {};
    }
    const wait = this.#ask("ready", {});
    // A lost home makes a receive reject at once: that is not waiting either.
    wait.promise.then(callback, callback);
    return () => {
      this.#withdraw(wait);
      wait.resolve(false);
    };
  }

  /** Whether a receive would not wait. */
  async isReady(): Promise<boolean> {
    if (this.receiver.isReady) return true;
    // Rejects when the home is lost, as a receive would at once.
    return await this.#ask("now", {}).promise.catch(() => true) as boolean;
  }

  /** Closes the queue for all threads. */
  close(discard: boolean): void {
    if (this.#hasEnded) return;
    this.home.send([wire.CLOSE, discard]);
    this.#close();
  }

  /** This thread is done with the queue, whatever is still to come. */
  leave(): void {
    if (this.#hasLeft) return;
    this.#fail({ why: "this handle was released" });
    this.receiver.flush();
    this.home.send([wire.LEAVE]);
    this.home.close();
    this.#onLeft();
  }

  /** The thread of the home has ended. */
  lost(cause: HostLostError): void {
    this.#fail(this.#lost = { why: "its home thread has ended", cause });
    this.#onLeft();
  }

  #fail(closed: Closed): void {
    this.#hasLeft = this.#hasEnded = this.#isClosed = true;
    this.sender.close(closed);
    this.receiver.end(closed);
    const queries = [...this.#queries.values()];
    this.#queries.clear();
    for (const query of queries) query.reject(closedError(query.describe(), closed));
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.sender.close({ why: "it is closed" });
  }

  #end(isSettled: boolean): void {
    if (this.#hasEnded) return;
    this.#close();
    this.#hasEnded = true;
    this.#isSettled = isSettled;
    this.receiver.end({ why: "it is closed and empty" });
    this.#leaveWhenDone();
  }

  /** Leaves once there is nothing more to say: then the channel to the home is closed. */
  #leaveWhenDone(): void {
    const { owed, isIdle } = this.receiver;
    if (!this.#hasEnded || this.#hasLeft || !this.#isSettled || this.home.isLocal) return;
    if (!isIdle || this.#queries.size > 0) return;
    if (owed > 0 && (this.#usesDone || !this.#hasSeenEnd)) return;
    this.#hasLeft = true;
    this.receiver.flush();
    this.home.send([wire.LEAVE]);
    this.home.close();
    this.#onLeft();
  }

  #ask(what: wire.QueueQuery, options: WaitOptions): Query {
    const id = ++this.#ids;
    const wait = new Query(id, what, () => this.#withdraw(wait));
    this.#queries.set(id, wait);
    this.receiver.flush();
    this.home.send([wire.QUERY, id, what]);
    limitWait(wait, options);
    return wait;
  }

  #withdraw({ id }: Query): void {
    if (!this.#queries.delete(id) || this.#hasLeft) return;
    this.home.send([wire.UNQUERY, id]);
    this.#leaveWhenDone();
  }
}
