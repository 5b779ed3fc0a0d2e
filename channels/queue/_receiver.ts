import { thread } from "../thread/thread.ts";
import { type Closed, closedError } from "../packing/closed_error.ts";
import { OwnWait, waitTimeout } from "../waits/wait.ts";
import { Fifo, type FifoNode } from "../waits/fifo.ts";
import { reviveItem } from "../message/abandon.ts";
import type { Packet } from "../message/packet.ts";
import { ACCEPT, TAKEN, TRY, UNWANT, WANT } from "./_protocol.ts";
import type { HomeWire } from "./_wires.ts";
import type { Outcome } from "../vocabulary/receive_result.ts";
import { checkWait, limitWait, unlimitWait } from "../waits/limits.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

// A receive that follows the item before it within this time comes from a loop that does little with each.
const FAST_MS = 0.01;
const MAX_EXTRA = 127;
// Time limit for the home to report whether the item of a receive that was given up is on its way.
const UNANSWERED_MS = 1_000;

const DOING = "receive from Queue";

/** A receive that waits for an item. */
class ReceiveWait<R> extends OwnWait<R> {
  readonly id: number;
  readonly #outcome: Outcome<R>;
  readonly #onLimit: (wait: ReceiveWait<R>) => void;
  node: FifoNode<ReceiveWait<unknown>> | null = null;
  /** Why it is to end, while it is not known whether an item is on its way. */
  #limit: { error: unknown } | null = null;

  constructor(id: number, outcome: Outcome<R>, onLimit: (wait: ReceiveWait<R>) => void) {
    super(DOING, "no item", null);
    this.id = id;
    this.#outcome = outcome;
    this.#onLimit = onLimit;
  }

  /** A limit ends the wait only when the home has said that no item is on its way. */
  override giveUp(error: unknown): void {
    if (this.settled || this.#limit !== null) return;
    this.#limit = { error };
    this.#onLimit(this);
  }

  take(item: Packet): void {
    try {
      this.resolve(this.#outcome.ok(reviveItem(item)));
    } catch (error) {
      this.reject(error);
    }
  }

  nothing(): void {
    if (this.#limit !== null) this.reject(this.#limit.error);
    else if (this.#outcome.empty === undefined) this.reject(waitTimeout(this, 0));
    else this.resolve(this.#outcome.empty());
  }

  end(closed: Closed): void {
    if (this.#outcome.closed === undefined || closed.cause !== undefined) {
      this.reject(closedError(DOING, closed));
    } else {
      this.resolve(this.#outcome.closed());
    }
  }
}

/**
 * The receives of one thread from one queue.
 *
 * What comes goes to the receives that wait; what comes ahead of them, or too late for one that was given up, goes
 * to those that follow within the same turn of the event loop, and else back to the queue.
 */
export class QueueReceiver {
  readonly #home: HomeWire;
  readonly #waits = new Fifo<ReceiveWait<unknown>>();
  readonly #byId = new Map<number, ReceiveWait<unknown>>();
  /** Receives whose item is certain to come. */
  readonly #promised = new Map<number, ReceiveWait<unknown>>();
  readonly #stash = new Fifo<Packet>();
  readonly #onEndSeen: () => void;
  #ids = 0;
  #extra = 0;
  #burst = 0;
  #burstAt = 0;
  /** To be told to the home. */
  #taken = 0;
  #done = 0;
  #isReporting = false;
  #isReturning = false;
  /** Items taken here and not done. */
  #owed = 0;
  #closed: Closed | null = null;

  /** @param onEndSeen Called when a receive has met the end. */
  constructor(home: HomeWire, onEndSeen: () => void) {
    this.#home = home;
    this.#onEndSeen = onEndSeen;
  }

  /** Items taken here and not done. */
  get owed(): number {
    return this.#owed;
  }

  /** Whether a receive would not wait. */
  get isReady(): boolean {
    return this.#stash.size > 0 || this.#closed !== null;
  }

  /** Whether nothing is to be given out or told any more. */
  get isIdle(): boolean {
    return this.#stash.size === 0 && this.#waits.size === 0 && this.#promised.size === 0;
  }

  /** Takes the next item, in the form that the outcome gives it. */
  receive<R>(outcome: Outcome<R>, options: WaitOptions): Promise<R> {
    try {
      // Nothing waits at the end: that is what the caller has to hear of first.
      if (this.#closed === null || this.#stash.size > 0) checkWait(DOING, options);
    } catch (error) {
      return Promise.reject(error);
    }
    const item = this.#stash.shift();
    if (item !== undefined) return this.#takeNow(outcome, item);
    const wait = new ReceiveWait<R>(++this.#ids, outcome, (wait) => this.#unwant(wait));
    if (this.#closed !== null) {
      wait.end(this.#closed);
      this.#onEndSeen();
    } else {
      this.#want(wait as ReceiveWait<unknown>, options);
    }
    return wait.promise;
  }

  /** An item has come. */
  arrived(item: Packet): void {
    if (this.#burst++ === 0) this.#burstAt = thread().platform.clock.now();
    const wait = this.#waits.shift();
    if (wait === undefined) {
      this.#stash.push(item);
      return this.#returnSoon();
    }
    wait.node = null;
    this.#byId.delete(wait.id);
    this.#take(wait, item);
  }

  /** An item is kept for a receive. */
  offered(id: number): void {
    const wait = this.#byId.get(id);
    if (wait !== undefined) {
      this.#forget(wait);
      // Its item comes for certain: it cannot be given up any more.
      unlimitWait(wait);
      this.#promised.set(id, wait);
    }
    this.#home.send([ACCEPT, id, wait !== undefined]);
  }

  /** The item that was kept for a receive has come. */
  delivered(id: number, item: Packet): void {
    const wait = this.#promised.get(id)!;
    this.#promised.delete(id);
    this.#owed++;
    wait.take(item);
  }

  /** There is no item for a receive that does not wait. */
  nothing(id: number): void {
    const wait = this.#byId.get(id);
    if (wait === undefined) return;
    this.#forget(wait);
    wait.nothing();
  }

  /** Marks an item that was taken here as done; `false` when there is none. */
  done(): boolean {
    if (this.#owed === 0) return false;
    this.#owed--;
    this.#done++;
    this.#report();
    return true;
  }

  /** Nothing will come any more. */
  end(closed: Closed): void {
    this.#closed = closed;
    const isAwaited = this.#waits.size > 0;
    for (const wait of this.#waits.drain()) wait.end(closed);
    for (const wait of this.#promised.values()) wait.end(closed);
    this.#byId.clear();
    this.#promised.clear();
    if (isAwaited) this.#onEndSeen();
  }

  /** Tells the home what was taken here. */
  flush(returned = 0): void {
    const taken = this.#taken;
    const done = this.#done;
    if (taken + done + returned === 0) return;
    this.#taken = this.#done = 0;
    this.#home.send([TAKEN, taken, returned, done]);
  }

  #want(wait: ReceiveWait<unknown>, options: WaitOptions): void {
    wait.node = this.#waits.push(wait);
    this.#byId.set(wait.id, wait);
    if (options.timeoutMs === 0) this.#home.send([TRY, wait.id]);
    else this.#home.send([WANT, wait.id, this.#adaptExtra()]);
    limitWait(wait, options);
  }

  /** A loop that does little with each item asks for twice as many each time; any other for none. */
  #adaptExtra(): number {
    const burst = this.#burst;
    this.#burst = 0;
    if (this.#home.isLocal || burst === 0 || this.#waits.size > 1) return this.#extra = 0;
    const isFast = thread().platform.clock.now() - this.#burstAt <= burst * FAST_MS;
    // A thread that was not scheduled for a while looks slow too: so not at once to nothing.
    return this.#extra = isFast ? Math.min(MAX_EXTRA, this.#extra * 2 + 1) : this.#extra >> 2;
  }

  #takeNow<R>(outcome: Outcome<R>, item: Packet): Promise<R> {
    this.#taken++;
    this.#owed++;
    this.#report();
    try {
      return Promise.resolve(outcome.ok(reviveItem(item)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #take<R>(wait: ReceiveWait<R>, item: Packet): void {
    this.#taken++;
    this.#owed++;
    wait.take(item);
    this.#report();
  }

  #unwant<R>(wait: ReceiveWait<R>): void {
    unlimitWait(wait);
    this.#home.send([UNWANT, wait.id]);
    if (wait.settled) return;
    // A home that does not answer must not keep it: an item that comes later goes back.
    const timer = thread().platform.clock.setRealTimer(() => this.nothing(wait.id), UNANSWERED_MS);
    wait.promise.finally(() => timer.cancel()).catch(() => {});
  }

  #forget(wait: ReceiveWait<unknown>): void {
    this.#byId.delete(wait.id);
    if (wait.node === null) return;
    this.#waits.remove(wait.node);
    wait.node = null;
  }

  #report(): void {
    if (this.#home.isLocal) return this.flush();
    if (this.#isReporting) return;
    this.#isReporting = true;
    thread().platform.clock.soon(() => {
      this.#isReporting = false;
      this.flush();
    });
  }

  #returnSoon(): void {
    if (this.#isReturning) return;
    this.#isReturning = true;
    thread().platform.clock.yieldTo(() => {
      this.#isReturning = false;
      this.#return();
    });
  }

  #return(): void {
    const returned = this.#stash.size;
    if (returned === 0) return;
    for (const _ of this.#stash.drain());
    this.#extra = 0;
    this.flush(returned);
  }
}
