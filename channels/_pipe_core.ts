import { captureDraft, settle } from "./_capture.ts";
import { systemClock } from "./_clock.ts";
import { type Closed, closedError } from "./_closed.ts";
import { Connection } from "./_connection.ts";
import { timeoutError } from "./_deadlines.ts";
import { Fifo, type Place } from "./_fifo.ts";
import type { Movable, Moved } from "./_handle.ts";
import { abandonItem, reviveItem } from "./_item.ts";
import { paced } from "./_pace.ts";
import type { Draft, Packet } from "./_packet.ts";
import { CONSUMED, FIN, type PipeEnvelope, REPORT, STOP } from "./_protocol.ts";
import type { Outcome } from "./_receive_result.ts";
import type { Selection } from "./_selectable.ts";
import { ChannelWait, checkWait, isTimeout, limitWait } from "./_waits.ts";
import type { HostLostError } from "./errors.ts";
import type { WaitOptions } from "./wait_options.ts";

const SENDING = "send to PipeEnd";
const RECEIVING = "receive from PipeEnd";

/** What an end knows, as it travels with it. */
export interface PipeState {
  readonly capacity: number | null;
  readonly otherLife: string | null;
  /** Items sent and not reported as taken, while that is counted. */
  readonly inFlight: number;
  readonly isCounting: boolean;
  /** Whether the other end wants to know what is taken here. */
  readonly isReporting: boolean;
  readonly isSendClosed: boolean;
  readonly isReceiveClosed: boolean;
  readonly otherFinished: boolean;
  readonly otherStopped: boolean;
}

/** A send that waits until the other end has taken more. */
interface WaitingSend {
  readonly wait: ChannelWait<void>;
  readonly draft: Draft;
  readonly value: unknown;
}

/** A receive that waits for the next item, which it looks at before it takes it. */
interface WaitingReceive {
  /** Whether the item was taken. */
  offer(item: Packet): boolean;
  end(closed: Closed): void;
}

/** How many round trips through the event loop a look at an end takes, so that what has come is seen. */
const LOOK_ROUNDS = 3;

/** One end of a pipe: what comes is kept here until it is received, in whatever thread the end is. */
export class PipeCore implements Movable, Selection {
  readonly capacity: number;
  readonly #port: MessagePort;
  #connection: Connection<PipeEnvelope> | null = null;
  readonly #items = new Fifo<Packet>();
  readonly #receives = new Fifo<WaitingReceive>();
  readonly #sends = new Fifo<WaitingSend>();
  readonly #watchers = new Set<() => void>();
  /** Writers that wait until the other end has taken more. */
  readonly #writers = new Fifo<ChannelWait<void>>();
  #otherLife: string | null = null;
  #inFlight = 0;
  #isCounting: boolean;
  #isReporting: boolean;
  #taken = 0;
  /** Why nothing can be sent. */
  #sendClosed: Closed | null = null;
  /** Why nothing can be received once what has come is received. */
  #receiveClosed: Closed | null = null;
  /** Whether it was closed here, so that what has come is not wanted either. */
  #isReceiveStopped = false;
  #otherFinished = false;
  #otherStopped = false;
  #isMoved = false;
  #isDone = false;
  #isPortClosed = false;
  /** The other end, while it is on this thread too. */
  #sibling: PipeCore | null = null;
  /** Whether it is the other side that wants nothing more. */
  #isSendLost = false;

  /** @param capacity Most items sent in each direction and not received. */
  constructor(port: MessagePort, capacity: number) {
    this.#port = port;
    this.capacity = capacity;
    this.#isCounting = this.#isReporting = capacity !== Infinity;
  }

  /** Both ends of a pipe, as long as they are on one thread. */
  static pair(left: PipeCore, right: PipeCore): void {
    left.#sibling = right;
    right.#sibling = left;
  }

  /** An end that has come from another thread. */
  static arrive(port: MessagePort, state: PipeState, items: readonly Packet[]): PipeCore {
    const core = new PipeCore(port, state.capacity ?? Infinity);
    core.#otherLife = state.otherLife;
    core.#inFlight = state.inFlight;
    core.#isCounting = state.isCounting;
    core.#isReporting = state.isReporting;
    core.#otherFinished = state.otherFinished;
    core.#otherStopped = state.otherStopped;
    for (const item of items) core.#items.push(item);
    core.limit(!state.isSendClosed, !state.isReceiveClosed);
    core.open();
    if (state.otherStopped) core.#onStop();
    if (state.otherFinished) core.#onFin(OTHER_CLOSED);
    return core;
  }

  /** Begins to receive; from then on the other side hears when this thread ends. */
  open(): void {
    this.#open();
  }

  /** Whether something waits here. */
  get isBusy(): boolean {
    const waits = this.#receives.size + this.#sends.size + this.#writers.size;
    return waits + this.#watchers.size > 0;
  }

  /** Closes directions that are not used, before anything was sent. */
  limit(sends: boolean, receives: boolean): void {
    if (!sends) this.#sendClosed = { why: "it only receives" };
    if (!receives) {
      this.#isReceiveStopped = true;
      this.#receiveClosed = { why: "it only sends" };
    }
  }

  /** What is sent to an end that does not receive is not sent, and the other way round. */
  limitOther(sends: boolean, receives: boolean): void {
    this.#otherFinished = !sends;
    this.#otherStopped = !receives;
  }

  /** Sends a value, or waits until the other end has taken more. */
  send(value: unknown, options: WaitOptions): Promise<void> {
    try {
      return this.#send(value, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #send(value: unknown, options: WaitOptions): Promise<void> {
    checkWait(SENDING, options);
    this.#check(SENDING);
    if (this.#sendClosed !== null) throw closedError(SENDING, this.#sendClosed, { value });
    const draft = captureDraft(value, "message", "value");
    const connection = this.#open();
    if (this.#inFlight < this.capacity && this.#sends.size === 0) {
      this.#post(connection, draft);
      return paced();
    }
    const place: Place<WaitingSend> = this.#sends.push({
      draft,
      value,
      wait: new ChannelWait<void>(SENDING, "no room", () => this.#sends.remove(place)),
    });
    const { wait } = place.value;
    if (options.timeoutMs === 0) wait.giveUp(timeoutError(wait, 0));
    limitWait(wait, options);
    return wait.promise;
  }

  /** Resolves once fewer than so many items are sent and not received. */
  async belowInFlight(count: number): Promise<void> {
    while (this.#inFlight >= count && this.#sendClosed === null) {
      const wait = new ChannelWait<void>(SENDING, "no room", null);
      this.#writers.push(wait);
      limitWait(wait, {});
      await wait.promise;
    }
  }

  /** From now on the other end says what it takes. */
  count(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    this.#open().send([REPORT]);
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
      this.#check(RECEIVING);
      this.#open();
      if (accept === null && this.#receives.size === 0 && this.#items.size > 0) {
        const item = this.#items.shift()!;
        this.#noteTaken();
        return Promise.resolve(outcome.ok(reviveItem(item)));
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
    const wait = new ChannelWait<R>(RECEIVING, "no item", () => this.#receives.remove(place));
    const place: Place<WaitingReceive> = this.#receives.push({
      offer: (item) => {
        try {
          // An item that may stay must not be used up.
          const own = accept === null ? item : { ...item, payload: structuredClone(item.payload) };
          const value = reviveItem(own);
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
    if (options.timeoutMs === 0 && !wait.settled) {
      await this.#look();
      wait.giveUp(timeoutError(wait, 0));
    }
    limitWait(wait, options);
    return await wait.promise;
  }

  /** Whether it became ready in time. */
  async poll(options: WaitOptions): Promise<boolean> {
    const wait = new ChannelWait<boolean>("poll PipeEnd", "no item", () => cancel());
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
    this.#check("poll PipeEnd");
    this.#open();
    if (!this.#isReadyNow) await this.#look();
    return this.#isReadyNow;
  }

  whenReady(callback: () => void): () => void {
    this.#check("select PipeEnd");
    this.#open();
    if (this.#isReadyNow) callback();
    else this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  /** Sends no more: the other end receives what was sent, then the end. */
  finish(): void {
    if (this.#sendClosed !== null || this.#isMoved) return;
    this.#closeSending(CLOSED_HERE);
    if (this.#otherStopped) return this.#closeWhenDone();
    this.#open().send([FIN]);
    this.#closeWhenDone();
  }

  /** Receives no more: what has come and what will come is dropped, and the other end's sends fail. */
  stop(): void {
    if (this.#isReceiveStopped || this.#isMoved) return;
    if (!this.#otherFinished) this.#open().send([STOP]);
    this.#stop();
    this.#closeWhenDone();
  }

  check(): void {
    if (this.#sendClosed !== null && !this.#isSendLost && this.#isReceiveStopped) {
      throw new Error("is a PipeEnd that was closed");
    }
    if (this.isBusy) {
      throw new Error("is a PipeEnd that is being waited for here");
    }
  }

  move(): Moved {
    this.#report();
    const { port, otherLife } = this.#detach();
    const items = [...this.#items.drain()];
    const state: PipeState = {
      capacity: this.capacity === Infinity ? null : this.capacity,
      otherLife,
      inFlight: this.#inFlight,
      isCounting: this.#isCounting,
      isReporting: this.#isReporting,
      isSendClosed: this.#sendClosed !== null && !this.#isSendLost,
      isReceiveClosed: this.#isReceiveStopped,
      otherFinished: this.#otherFinished,
      otherStopped: this.#otherStopped,
    };
    this.#isMoved = true;
    const transfers = items.flatMap((item) => item.transfers);
    const packed = items.map(({ payload, attachments }) => [payload, attachments]);
    const value = [port, state, packed];
    return { value, transfers: [port, ...transfers] };
  }

  #detach(): { port: MessagePort; otherLife: string | null } {
    if (this.#isPortClosed) {
      // One that was closed cannot be transferred; nothing would come through it any more.
      const { port1, port2 } = new MessageChannel();
      port1.close();
      return { port: port2, otherLife: null };
    }
    const { port, otherLife } = this.#connection?.detach() ??
      { port: this.#port, otherLife: this.#otherLife };
    const sibling = this.#sibling;
    if (sibling !== null) {
      this.#sibling = sibling.#sibling = null;
      // Not before the port has left.
      if (sibling.#isDone) systemClock.yieldTo(() => sibling.#closePort());
    }
    return { port, otherLife };
  }

  get #isReadyNow(): boolean {
    return this.#items.size > 0 || this.#receiveClosed !== null;
  }

  #check(doing: string): void {
    if (this.#isMoved) throw closedError(doing, { why: "it was sent to another thread" });
  }

  #open(): Connection<PipeEnvelope> {
    return this.#connection ??= new Connection<PipeEnvelope>(this.#port, {
      onItem: (item) => {
        if (this.#isReceiveStopped) return abandonItem(item);
        this.#items.push(item);
        this.#serve();
      },
      onEnvelope: (envelope) => this.#handle(envelope),
      onLost: (error) => this.#onLost(error),
    }, this.#otherLife);
  }

  #handle(envelope: PipeEnvelope): void {
    switch (envelope[0]) {
      case REPORT:
        this.#isReporting = true;
        return;
      case CONSUMED:
        this.#inFlight -= envelope[1];
        return this.#postWaiting();
      case FIN:
        return this.#onFin(OTHER_CLOSED);
      case STOP:
        return this.#onStop();
    }
  }

  #post(connection: Connection<PipeEnvelope>, draft: Draft): void {
    connection.sendItem(settle(draft, "message", "value"));
    if (this.#isCounting) this.#inFlight++;
  }

  #postWaiting(): void {
    for (const wait of this.#writers.drain()) wait.resolve();
    while (this.#sends.size > 0 && this.#inFlight < this.capacity) {
      const { wait, draft } = this.#sends.shift()!;
      try {
        this.#post(this.#open(), draft);
        wait.resolve();
      } catch (error) {
        wait.reject(error);
      }
    }
  }

  #serve(): void {
    while (this.#receives.head !== null) {
      const item = this.#items.head;
      if (item === null) break;
      const isTaken = this.#receives.shift()!.offer(item.value);
      if (isTaken) {
        this.#items.shift();
        this.#noteTaken();
      }
    }
    if (this.#items.size === 0 && this.#receiveClosed !== null) {
      for (const receive of this.#receives.drain()) receive.end(this.#receiveClosed);
    }
    if (!this.#isReadyNow) return;
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const callback of watchers) callback();
  }

  #noteTaken(): void {
    if (!this.#isReporting || this.#taken++ > 0) return;
    systemClock.soon(() => this.#report());
  }

  #report(): void {
    if (this.#taken > 0) this.#connection?.send([CONSUMED, this.#taken]);
    this.#taken = 0;
  }

  async #look(): Promise<void> {
    for (let round = 0; round < LOOK_ROUNDS && !this.#isReadyNow; round++) {
      await new Promise<void>(systemClock.yieldTo);
    }
  }

  #closeSending(closed: Closed): void {
    this.#sendClosed ??= closed;
    for (const wait of this.#writers.drain()) wait.resolve();
    for (const { wait, value } of this.#sends.drain()) {
      wait.reject(closedError(SENDING, closed, { value }));
    }
  }

  #stop(): void {
    this.#isReceiveStopped = true;
    this.#receiveClosed ??= CLOSED_HERE;
    for (const item of this.#items.drain()) abandonItem(item);
    this.#serve();
  }

  #onFin(closed: Closed): void {
    this.#otherFinished = true;
    this.#receiveClosed ??= closed;
    this.#serve();
    this.#closeWhenDone();
  }

  #onStop(): void {
    this.#otherStopped = true;
    this.#isSendLost ||= this.#sendClosed === null;
    this.#closeSending(OTHER_CLOSED);
    this.#closeWhenDone();
  }

  #onLost(cause: HostLostError): void {
    const closed = { why: "the thread of the other end has ended", cause };
    this.#otherFinished =
      this.#otherStopped =
      this.#isDone =
      this.#isPortClosed =
        true;
    this.#isSendLost ||= this.#sendClosed === null;
    this.#closeSending(closed);
    this.#receiveClosed ??= closed;
    this.#serve();
  }

  /** Closes the port once nothing more can be said in either direction. */
  #closeWhenDone(): void {
    const isSendDone = this.#otherStopped || this.#sendClosed !== null;
    const isReceiveDone = this.#otherFinished || this.#isReceiveStopped;
    if (!isSendDone || !isReceiveDone) return;
    this.#report();
    this.#isDone = true;
    // With `node:worker_threads` loaded, closing a port closes the other one of this thread, and loses what it has
    // not received: so the one that is done first waits for the other.
    if (this.#sibling !== null && !this.#sibling.#isDone) return;
    this.#closePort();
    if (this.#sibling !== null) this.#sibling.#closePort();
  }

  #closePort(): void {
    this.#isPortClosed = true;
    this.#connection?.close();
  }
}

const CLOSED_HERE: Closed = { why: "it is closed" };
const OTHER_CLOSED: Closed = { why: "the other end is closed" };
