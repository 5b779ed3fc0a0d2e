import { beforeExit, forgetExit } from "../thread/exit.ts";
import { itemFrom } from "../message/abandon.ts";
import { thread } from "../thread/thread.ts";
import { drain, ownLife, watchLife } from "../thread/life.ts";
import { Line, type LineState } from "./line.ts";
import { Link } from "./link.ts";
import type { Payload } from "../message/marker.ts";
import type { Packet } from "../message/packet.ts";
import { type ConnectionEnvelope, GONE, HELLO, ITEMS } from "./_connection_protocol.ts";
import type { Envelope } from "./protocol.ts";
import { HostLostError } from "../vocabulary/errors.ts";

/** What the owner of a connection does about it. */
export interface ConnectionHandlers<E extends Envelope> {
  /** Items have come, in order. */
  onItems(items: readonly Packet[]): void;
  /** Anything else has come; its last element is a payload when there are attachments for it. */
  onEnvelope(envelope: E, attachments: readonly unknown[]): void;
  /** The thread of the other end has ended, or the other end was lost on its way; what it sent has come in. */
  onLost(error: HostLostError): void;
}

/**
 * One end of a channel between two threads: items and envelopes in order, and a call when the other thread ends.
 *
 * Nothing leaves before this thread holds the lock by which its end is noticed. An open connection does not keep the
 * program alive.
 */
export class Connection<E extends Envelope = Envelope> {
  readonly #line: Line;
  readonly #link: Link;
  readonly #handlers: ConnectionHandlers<E>;
  #unwatch: (() => void) | null = null;
  #otherLife: string | null | undefined;
  #isOpen = true;
  readonly #onExit = (isCertain: boolean) => {
    // Its lock may not be held yet, so that the other end would not notice.
    if (isCertain) this.#link.send([GONE]);
    this.#link.release();
  };

  /** @param otherLife What is already known of the other end, see {@linkcode Connection.otherLife}. */
  constructor(
    line: LineState,
    handlers: ConnectionHandlers<E>,
    otherLife?: string | null,
  ) {
    this.#handlers = handlers;
    this.#line = new Line(line, {
      onMoved: () => this.#watch(undefined),
      onLost: () => {
        this.send([GONE] as ConnectionEnvelope as E);
        this.#lost();
      },
    });
    this.#link = new Link(
      this.#line,
      (envelope, { attachments }) => this.#receive(envelope as E | ConnectionEnvelope, attachments),
      (cause) => {
        this.send([GONE] as ConnectionEnvelope as E);
        this.#lost({ cause });
      },
    );
    this.#watch(otherLife);
    void this.#greet();
  }

  /**
   * By which the end of the other end's thread is noticed; `null` for one that outlives all others, `undefined` as long
   * as the other end is on its way.
   */
  get otherLife(): string | null | undefined {
    return this.#otherLife;
  }

  /** Sends an envelope; a packet is the one whose payload is its last element. */
  send(envelope: E, packet?: Packet): void {
    this.#link.send(envelope, packet);
  }

  /** Sends an item. */
  sendItem(packet: Packet): void {
    const { payload } = packet;
    // Where its attachments are belongs to this one sending; the item may be kept and sent again.
    const own = Array.isArray(payload) ? packet : { ...packet, payload: { ...payload } };
    this.#link.sendItem(ITEMS, 0, "", own);
  }

  /** Posts what is queued, and ends. */
  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#link.leave();
    this.#line.close();
  }

  /** Gives the line for another thread, with what is known of the other end. */
  detach(): { line: LineState; otherLife: string | null | undefined } {
    this.#link.leave();
    this.#end();
    return { line: this.#line.detach(this.#link.takeUnread()), otherLife: this.#otherLife };
  }

  #end(): void {
    this.#isOpen = false;
    this.#unwatch?.();
    forgetExit(this.#onExit);
  }

  async #greet(): Promise<void> {
    const life = ownLife();
    if (life === null) return this.#link.send([HELLO, null]);
    beforeExit(this.#onExit);
    if (typeof life === "string") return this.#link.send([HELLO, life]);
    this.#link.hold();
    const taken = await life;
    if (!this.#isOpen) return;
    this.#link.send([HELLO, taken]);
    this.#link.release();
  }

  #receive(envelope: E | ConnectionEnvelope, attachments: readonly unknown[]): void {
    switch (envelope[0]) {
      case HELLO:
        return this.#watch((envelope as ConnectionEnvelope & { 0: typeof HELLO })[1]);
      case GONE:
        return this.#lost();
      case ITEMS:
        return this.#handlers.onItems(
          envelope.slice(3).map((payload) => itemFrom(payload as Payload, attachments)),
        );
      default:
        this.#handlers.onEnvelope(envelope as E, attachments);
    }
  }

  #watch(life: string | null | undefined): void {
    this.#unwatch?.();
    this.#otherLife = life;
    const lose = () => void this.#lose(life);
    // The message that brings the other end to its thread may be lost, and no thread is to blame then.
    if (life === undefined) this.#unwatch = this.#line.whenGone(lose);
    else this.#unwatch = life === null ? null : watchLife(life, lose);
  }

  async #lose(life: string | null | undefined): Promise<void> {
    await this.#line.drained();
    await drain(() => this.#link.received, thread().platform.clock.yieldTo);
    // It may have moved to another thread before.
    if (this.#otherLife === life) this.#lost();
  }

  #lost(reason: ErrorOptions = {}): void {
    if (!this.#isOpen) return;
    this.close();
    this.#handlers.onLost(new HostLostError(undefined, reason));
  }
}
