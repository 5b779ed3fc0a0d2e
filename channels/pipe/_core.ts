import type { Closed } from "../packing/closed_error.ts";
import { Connection } from "../link/connection.ts";
import type { Movable, Moved } from "../message/handle.ts";
import type { LineState } from "../link/line.ts";
import { movableIn } from "../message/movable.ts";
import type { Packet } from "../message/packet.ts";
import { PipeReceiving } from "./_receiving.ts";
import { isCapturingFor, PipeSending } from "./_sending.ts";
import { CONSUMED, COUNT, FIN, type PipeEnvelope, UNWANTED } from "./_protocol.ts";
import type { HostLostError } from "../vocabulary/errors.ts";

/** What an end knows, as it travels with it. */
export interface PipeState {
  /** The same for both ends. */
  readonly id: string;
  readonly capacity: number | null;
  /** See `Connection`. */
  readonly otherLife: string | null | undefined;
  readonly inFlight: number;
  readonly isCounting: boolean;
  readonly isReporting: boolean;
  readonly isSendClosed: boolean;
  readonly isReceiveClosed: boolean;
  readonly otherFinished: boolean;
  readonly otherStopped: boolean;
}

/** One end of a pipe: opens and closes its two directions, and leaves for another thread. */
export class PipeCore implements Movable {
  readonly capacity: number;
  readonly #id: string;
  readonly sending: PipeSending;
  readonly receiving: PipeReceiving;
  /** Not there any more once it is connected, or closed. */
  #line: LineState | null;
  #connection: Connection<PipeEnvelope> | null = null;
  #otherLife: string | null | undefined;
  /** Whether nothing follows what the other end has sent. */
  #otherFinished = false;
  /** Whether the other end receives nothing more. */
  #otherStopped = false;
  /** Whether it is the other side that ended the sending. */
  #isSendLost = false;

  /**
   * @param id The same for both ends.
   * @param capacity Most items sent in each direction and not received.
   */
  constructor(id: string, line: LineState | null, capacity: number) {
    this.#id = id;
    this.#line = line;
    this.capacity = capacity;
    this.sending = new PipeSending(id, capacity, (item) => this.#connect()?.sendItem(item));
    this.receiving = new PipeReceiving(
      capacity !== Infinity,
      () => this.#connect(),
      (count) => this.#connect()?.send([CONSUMED, count]),
    );
  }

  /** Whether something waits here. */
  get isBusy(): boolean {
    return this.sending.isBusy || this.receiving.isBusy;
  }

  /** An end that has come from another thread; from now on the other side hears when this one ends. */
  static arrive(
    line: LineState | null,
    state: PipeState,
    items: readonly Packet[],
  ): PipeCore {
    const core = new PipeCore(state.id, line, state.capacity ?? Infinity);
    core.#otherLife = state.otherLife;
    core.sending.inFlight = state.inFlight;
    core.sending.isCounting = state.isCounting;
    core.receiving.isReporting = state.isReporting;
    core.receiving.add(items);
    core.limit(!state.isSendClosed, !state.isReceiveClosed);
    core.limitOther(!state.otherFinished, !state.otherStopped);
    core.#connect();
    if (state.otherStopped) core.#onStop();
    if (state.otherFinished) core.#onFin(OTHER_CLOSED);
    return core;
  }

  /** Closes directions that are not used, before anything was sent. */
  limit(sends: boolean, receives: boolean): void {
    if (!sends) this.sending.closed = { why: "it only receives" };
    if (!receives) {
      this.receiving.isStopped = true;
      this.receiving.closed = { why: "it only sends" };
    }
  }

  /** What is sent to an end that does not receive is not sent, and the other way round. */
  limitOther(sends: boolean, receives: boolean): void {
    this.#otherFinished = !sends;
    this.#otherStopped = !receives;
  }

  /** From now on the other end says what it takes. */
  count(): void {
    if (this.sending.isCounting) return;
    this.sending.isCounting = true;
    this.#connect()?.send([COUNT]);
  }

  /** Sends no more: the other end receives what was sent, then the end. */
  finish(): void {
    if (this.sending.closed !== null) return;
    this.sending.close(CLOSED_HERE);
    if (!this.#otherStopped) this.#connect()?.send([FIN]);
    this.#closeWhenDone();
  }

  /** Receives no more: what has come and what will come is dropped, and the other end's sends fail. */
  stop(): void {
    if (this.receiving.isStopped) return;
    if (!this.#otherFinished) this.#connect()?.send([UNWANTED]);
    this.receiving.stop(CLOSED_HERE);
    this.#closeWhenDone();
  }

  close(): void {
    this.finish();
    this.stop();
  }

  check(): void {
    if (this.sending.closed !== null && !this.#isSendLost && this.receiving.isStopped) {
      throw new Error("is a PipeEnd that was closed");
    }
    if (isCapturingFor(this.#id)) {
      throw new Error("is an end of the pipe that it would be sent through");
    }
    if (this.isBusy) {
      throw new Error("is a PipeEnd that is being waited for here");
    }
  }

  move(): Moved {
    this.receiving.report();
    const { line, otherLife } = this.#detach();
    const items = this.receiving.drain();
    const state: PipeState = {
      id: this.#id,
      capacity: this.capacity === Infinity ? null : this.capacity,
      otherLife,
      inFlight: this.sending.inFlight,
      isCounting: this.sending.isCounting,
      isReporting: this.receiving.isReporting,
      isSendClosed: this.sending.closed !== null && !this.#isSendLost,
      isReceiveClosed: this.receiving.isStopped,
      otherFinished: this.#otherFinished,
      otherStopped: this.#otherStopped,
    };
    const packed = items.map(({ payload, attachments }) => [payload, attachments]);
    return {
      value: [line, state, packed],
      transfers: [...movableIn(line), ...items.flatMap((item) => item.transfers)],
    };
  }

  #detach(): { line: LineState | null; otherLife: string | null | undefined } {
    const left = this.#connection?.detach() ?? { line: this.#line, otherLife: this.#otherLife };
    this.#connection = this.#line = null;
    return left;
  }

  /** Gives nothing once it is closed. */
  #connect(): Connection<PipeEnvelope> | null {
    if (this.#line !== null) {
      this.#connection = new Connection<PipeEnvelope>(this.#line, {
        onItems: (items) => this.receiving.add(items),
        onEnvelope: (envelope) => this.#handle(envelope),
        onLost: (error) => this.#onLost(error),
      }, this.#otherLife);
      this.#line = null;
    }
    return this.#connection;
  }

  #handle(envelope: PipeEnvelope): void {
    switch (envelope[0]) {
      case COUNT:
        this.receiving.isReporting = true;
        return;
      case CONSUMED:
        return this.sending.onTaken(envelope[1]);
      case FIN:
        return this.#onFin(OTHER_CLOSED);
      case UNWANTED:
        return this.#onStop();
    }
  }

  #onFin(closed: Closed): void {
    this.#otherFinished = true;
    this.receiving.end(closed);
    this.#closeWhenDone();
  }

  #onStop(): void {
    this.#otherStopped = true;
    this.#loseSending(OTHER_CLOSED);
    this.#closeWhenDone();
  }

  #onLost(cause: HostLostError): void {
    const closed = { why: "the thread of the other end has ended", cause };
    this.#otherFinished = this.#otherStopped = true;
    this.#connection = null;
    this.#loseSending(closed);
    this.receiving.end(closed);
  }

  #loseSending(closed: Closed): void {
    this.#isSendLost ||= this.sending.closed === null;
    this.sending.close(closed);
  }

  /** Closes the line once nothing more can be said in either direction. */
  #closeWhenDone(): void {
    const isSendDone = this.#otherStopped || this.sending.closed !== null;
    const isReceiveDone = this.#otherFinished || this.receiving.isStopped;
    if (!isSendDone || !isReceiveDone) return;
    this.receiving.report();
    this.#connect()?.close();
    this.#connection = null;
  }
}

const CLOSED_HERE: Closed = { why: "it is closed" };
const OTHER_CLOSED: Closed = { why: "the other end is closed" };
