import type { Carrier } from "../../channels/link/carrier.ts";
import { type EnvelopeHandler, Link } from "../../channels/link/link.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";
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
  /** On host 0: a shared host is needed that is not there. Connects it, unless the system ends. */
  onNeeded(at: number): void;
}

/** The links from one host to the others. */
export class Links {
  readonly #lost: LostHosts;
  readonly #handlers: LinksHandlers;
  readonly #peers = new Map<number, Peer>();
  /** How the ends of new ones are made. */
  lines: Lines;
  /** Whether this is host 0: the other ends of new links go by way of it. */
  readonly #isLeader: boolean;
  /** Why no link is made any more. */
  #closed: { reason: () => Error } | null = null;

  constructor(lines: Lines, lost: LostHosts, isLeader: boolean, handlers: LinksHandlers) {
    this.lines = lines;
    this.#isLeader = isLeader;
    this.#lost = lost;
    this.#handlers = handlers;
  }

  /**
   * The link to another host, made when first needed: one end of a new channel goes there by way of host 0.
   * Whatever is sent meanwhile waits in the channel.
   *
   * @param starts Whether the host is to be started when it is not there: a shared one, for keyed actors.
   * @throws {HostLostError} when the host has ended.
   */
  peer(at: number, starts = false): Peer {
    const known = this.#peers.get(at);
    if (known !== undefined) return known;
    const lost = this.#lost.errorOf(at);
    if (lost !== undefined && !(starts && this.#lost.renew(at))) throw again(lost);
    if (this.#closed !== null) throw this.#closed.reason();
    if (this.#isLeader) return this.#start(at);
    const { near, far } = this.lines.make();
    const packet = captureLine(far);
    this.peer(0).link.send([CONNECT, at, packet.payload, starts], packet);
    return this.connect(at, near);
  }

  /** On host 0, which has links to all hosts that are there. */
  #start(at: number): Peer {
    this.#handlers.onNeeded(at);
    const started = this.#peers.get(at);
    if (started === undefined) throw new HostLostError(at);
    return started;
  }

  /** The link to another host unless that has ended. */
  tryPeer(at: number, starts = false): Peer | undefined {
    if (this.#closed !== null) return undefined;
    if (this.#lost.has(at) && !(starts && this.#lost.renew(at))) return undefined;
    return this.peer(at, starts);
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
