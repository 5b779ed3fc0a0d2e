import type { Carrier } from "../../channels/link/carrier.ts";
import { type EnvelopeHandler, Link } from "../../channels/link/link.ts";
import { apart } from "../cell/turn.ts";
import { captureLine, type FarEnd, type Lines } from "./lines.ts";
import { again } from "./loss.ts";
import type { LostHosts } from "./lost_hosts.ts";
import { CONNECT, type HostEnvelope } from "./protocol.ts";
import { Peer } from "./remote_reply.ts";

/** Who hears of what comes over links. */
export interface LinksHandlers {
  /** An envelope has come. */
  onEnvelope(peer: Peer, ...args: Parameters<EnvelopeHandler<HostEnvelope>>): void;
  /** Another host has sent what none does: it cannot be trusted to go on. */
  onBroken(at: number, cause: unknown): void;
}

/** The links from one host to the others. */
export class Links {
  readonly #lost: LostHosts;
  readonly #handlers: LinksHandlers;
  readonly #peers = new Map<number, Peer>();
  /** How the ends of new ones are made. */
  lines: Lines;
  /** Why no link is made any more. */
  #closed: { reason: () => Error } | null = null;

  constructor(lines: Lines, lost: LostHosts, handlers: LinksHandlers) {
    this.lines = lines;
    this.#lost = lost;
    this.#handlers = handlers;
  }

  /**
   * The link to another host, made when first needed: one end of a new channel goes there by way of host 0.
   * Whatever is sent meanwhile waits in the channel.
   *
   * @throws {HostLostError} when the host has ended.
   */
  peer(at: number): Peer {
    const known = this.#peers.get(at);
    if (known !== undefined) return known;
    const lost = this.#lost.errorOf(at);
    if (lost !== undefined) throw again(lost);
    if (this.#closed !== null) throw this.#closed.reason();
    const { near, far } = this.lines.make();
    const packet = captureLine(far);
    this.peer(0).link.send([CONNECT, at, packet.payload], packet);
    return this.connect(at, near);
  }

  /** The link to another host unless that has ended. */
  tryPeer(at: number): Peer | undefined {
    return this.#lost.has(at) || this.#closed !== null ? undefined : this.peer(at);
  }

  /** Uses a carrier to another host. */
  connect(at: number, carrier: Carrier): Peer {
    const onEnvelope: EnvelopeHandler<HostEnvelope> = (envelope, context) => {
      this.#handlers.onEnvelope(peer, envelope, context);
    };
    const onBroken = (cause: unknown) => this.#handlers.onBroken(at, cause);
    const link = apart(() => new Link(carrier, onEnvelope, onBroken));
    const known = this.#peers.get(at);
    const peer = known ?? new Peer(at, link);
    // Both sides made a channel at the same time: each goes on sending on its own.
    if (known !== undefined) known.incoming = link;
    else this.#peers.set(at, peer);
    return peer;
  }

  /** Gives up the end of a connection that leads nowhere, and what was sent there: a closed link takes nothing. */
  refuse(far: FarEnd): void {
    new Link(this.lines.open(far), () => {}).close(undefined);
  }

  /** Takes out the link to a host that has ended. */
  remove(at: number): Peer | undefined {
    const peer = this.#peers.get(at);
    this.#peers.delete(at);
    return peer;
  }

  /** The hosts to which there are links. */
  get peers(): Peer[] {
    return [...this.#peers.values()];
  }

  /** How many batches have come. */
  get received(): number {
    return this.#peers.values().reduce((sum, { received }) => sum + received, 0);
  }

  /** Whether the system is gone. */
  get isClosed(): boolean {
    return this.#closed !== null;
  }

  /** Posts what is queued on all links. */
  flush(): void {
    for (const { link } of this.#peers.values()) link.flush();
  }

  /** Closes all links, each with an error of its own. */
  close(reason: () => Error): void {
    this.#closed = { reason };
    for (const peer of this.#peers.values()) peer.close(reason());
    this.#peers.clear();
  }
}
