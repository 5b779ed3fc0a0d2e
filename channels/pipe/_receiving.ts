import { clone } from "../vocabulary/kept.ts";
import { thread } from "../thread/thread.ts";
import { type Closed, closedError } from "../packing/closed_error.ts";
import { OwnWait, waitTimeout } from "../waits/wait.ts";
import { Fifo, type FifoNode } from "../waits/fifo.ts";
import { abandonItem, reviveItem } from "../message/abandon.ts";
import type { Packet } from "../message/packet.ts";
import type { Outcome } from "../vocabulary/receive_result.ts";
import type { Selection } from "../vocabulary/selectable.ts";
import { checkWait, isTimeout, limitWait } from "../waits/limits.ts";
import type { WaitOptions } from "../vocabulary/wait_options.ts";

const RECEIVING = "receive from PipeEnd";

/** A receive that waits for the next item, which it looks at before it takes it. */
interface WaitingReceive {
  /** Whether the item was taken. */
  offer(item: Packet): boolean;
  end(closed: Closed): void;
}

/** How many rounds of the event loop a look at an end takes, so that what has come is seen. */
const LOOK_ROUNDS = 3;

/** The receiving side of an end of a pipe: what comes is kept here until it is received. */
export class PipeReceiving implements Selection {
  /** Why nothing can be received once what has come is received. */
  closed: Closed | null = null;
  /** Whether it was closed here, so that what has come is not wanted either. */
  isStopped = false;
  /** Whether the other end wants to know what is taken here. */
  isReporting: boolean;
  readonly #open: () => void;
  readonly #onTaken: (count: number) => void;
  readonly #items = new Fifo<Packet>();
  readonly #receives = new Fifo<WaitingReceive>();
  readonly #watchers = new Set<() => void>();
  #taken = 0;
  /** Whether an item is being brought back, which may call functions of whoever registered its class. */
  #isReviving = false;

  /**
   * @param open Sees to it that items come.
   * @param onTaken Tells the other end how many items were taken since the last time.
   */
  constructor(isReporting: boolean, open: () => void, onTaken: (count: number) => void) {
    this.isReporting = isReporting;
    this.#open = open;
    this.#onTaken = onTaken;
  }

  /** Whether something waits here. */
  get isBusy(): boolean {
    return this.#isReviving || this.#receives.size + this.#watchers.size > 0;
  }

  /** Items have come. */
  add(items: readonly Packet[]): void {
    for (const item of items) {
      if (this.isStopped) abandonItem(item);
      else this.#items.push(item);
    }
    this.#serve();
  }

  /** Takes everything away. */
  drain(): Packet[] {
    return [...this.#items.drain()];
  }

  /**
   * Takes the next item, in the form that the outcome gives it.
   *
   * @param accept Looks at the value first; when it throws the receive fails and the item stays.
   */
  receive<R>(
    outcome: Outcome<R>,
    options: WaitOptions,
    accept: ((value: unknown) => void) | null = null,
  ): Promise<R> {
    try {
      checkWait(RECEIVING, options);
      this.#open();
      if (accept === null && this.#receives.size === 0 && this.#items.size > 0) {
        const item = this.#items.shift()!;
        this.#noteTaken();
        return Promise.resolve(outcome.ok(this.#revive(item)));
      }
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#waitForItem(outcome, options, accept);
  }

  async #waitForItem<R>(
    outcome: Outcome<R>,
    options: WaitOptions,
    accept: ((value: unknown) => void) | null,
  ): Promise<R> {
    const wait = new OwnWait<R>(RECEIVING, "no item", () => this.#receives.remove(node));
    const node: FifoNode<WaitingReceive> = this.#receives.push({
      offer: (item) => {
        try {
          // An item that may stay must not be used up.
          const own = accept === null ? item : { ...item, payload: clone(item.payload) };
          const value = this.#revive(own);
          if (accept !== null) accept(value);
          wait.resolve(outcome.ok(value));
          return true;
        } catch (error) {
          wait.reject(error);
          return accept === null;
        }
      },
      end: (closed) => {
        if (outcome.closed === undefined) wait.reject(closedError(RECEIVING, closed));
        else wait.resolve(outcome.closed());
      },
    });
    this.#serve();
    limitWait(wait, options);
    if (options.timeoutMs === 0 && !wait.settled) {
      void this.#look().then(() => {
        if (wait.settled || outcome.empty === undefined) return wait.giveUp(waitTimeout(wait, 0));
        this.#receives.remove(node);
        wait.resolve(outcome.empty());
      });
    }
    return await wait.promise;
  }

  /** Whether it became ready in time. */
  async poll(options: WaitOptions): Promise<boolean> {
    const wait = new OwnWait<boolean>("poll PipeEnd", "no item", () => cancel());
    const cancel = this.whenReady(() => wait.resolve(true));
    limitWait(wait, options);
    try {
      return await wait.promise;
    } catch (error) {
      if (!options.signal?.aborted && isTimeout(error)) return false;
      throw error;
    }
  }

  async isReady(): Promise<boolean> {
    this.#open();
    if (!this.#isReadyNow) await this.#look();
    return this.#isReadyNow;
  }

  whenReady(callback: () => void): () => void {
    this.#open();
    if (this.#isReadyNow) callback();
    else this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  /** Nothing more will come. */
  end(closed: Closed): void {
    this.closed ??= closed;
    this.#serve();
  }

  /** Drops what has come and refuses what will come. */
  stop(closed: Closed): void {
    this.isStopped = true;
    for (const item of this.#items.drain()) abandonItem(item);
    this.end(closed);
  }

  /** Tells the other end what was taken. */
  report(): void {
    if (this.#taken > 0) this.#onTaken(this.#taken);
    this.#taken = 0;
  }

  get #isReadyNow(): boolean {
    return this.#items.size > 0 || this.closed !== null;
  }

  #serve(): void {
    while (this.#receives.head !== null) {
      // Not in the list meanwhile: it could be taken twice.
      const item = this.#items.shift();
      if (item === undefined) break;
      const isTaken = this.#receives.shift()!.offer(item);
      if (isTaken) this.#noteTaken();
      else if (this.isStopped) abandonItem(item);
      else this.#items.insert(item, () => true);
    }
    if (this.#items.size === 0 && this.closed !== null) {
      for (const receive of this.#receives.drain()) receive.end(this.closed);
    }
    if (!this.#isReadyNow) return;
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const callback of watchers) callback();
  }

  #revive(item: Packet): unknown {
    const before = this.#isReviving;
    this.#isReviving = true;
    try {
      return reviveItem(item);
    } finally {
      this.#isReviving = before;
    }
  }

  #noteTaken(): void {
    if (!this.isReporting || this.#taken++ > 0) return;
    thread().platform.clock.soon(() => this.report());
  }

  async #look(): Promise<void> {
    for (let round = 0; round < LOOK_ROUNDS && !this.#isReadyNow; round++) {
      await new Promise<void>(thread().platform.clock.yieldTo);
    }
  }
}
