import { capture, Link, type Packet, Wait } from "../channels/internal.ts";
import { HostLostError } from "../channels/errors.ts";
import { transfer } from "../channels/transfer.ts";
import type { ExitReason } from "./exit_reason.ts";
import type { Host } from "./_host.ts";
import { receive } from "./_inbox.ts";
import type { Child, Owner } from "./_owner.ts";
import { Peer, type Pending } from "./_peer.ts";
import {
  CANCEL,
  CONNECT,
  DIRECTORY,
  type HostEnvelope,
  type Question,
  REPORT,
} from "./_protocol.ts";
import { Recent } from "./_recent.ts";
import type { Ref } from "./_ref.ts";
import type { SystemEvents } from "./system_events.ts";

/** The other hosts of a system as one host sees them: links, requests under way, who is lost. */
export class Network {
  readonly #host: Host;
  readonly #peers = new Map<number, Peer>();
  readonly #lost = new Map<number, HostLostError>();
  readonly #pending = new Map<number, Pending>();
  /** Actors on other hosts that were started from here, by host and serial. */
  readonly #children = new Map<string, { at: number; owner: Owner; child: Child }>();
  /** Why actors on other hosts have ended. */
  readonly #reasons = new Recent<ExitReason>();
  /** Actors that were killed with their host. */
  readonly #victims = new Set<string>();
  #ids = 0;
  /** Why no link is made any more. */
  #closed: { reason: unknown } | null = null;

  constructor(host: Host) {
    this.#host = host;
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
    const lost = this.#lost.get(at);
    if (lost !== undefined) throw again(lost);
    if (this.#closed !== null) throw this.#closed.reason;
    const { port1, port2 } = new MessageChannel();
    const packet = capture([transfer(port2, [port2])], "wire", "port", "port");
    this.peer(0).link.send([CONNECT, at, packet.payload], packet);
    return this.connect(at, port1);
  }

  /** The link to another host unless that has ended. */
  tryPeer(at: number): Peer | undefined {
    return this.#lost.has(at) || this.#closed !== null ? undefined : this.peer(at);
  }

  /** Uses a port to another host. */
  connect(at: number, port: MessagePort): Peer {
    const link = new Link<HostEnvelope>(port, (envelope, context) => {
      receive(this.#host, this.#peers.get(at)!, envelope, context);
    });
    const known = this.#peers.get(at);
    if (known !== undefined) {
      // Both sides made a channel at the same time: each goes on sending on its own.
      known.incoming = link;
      return known;
    }
    const peer = new Peer(at, link);
    this.#peers.set(at, peer);
    return peer;
  }

  /** Notes who waits for the answer to a request, or for the loss of its host; gives the request's number. */
  expect(at: number, target: Pending): number {
    const id = ++this.#ids;
    target.at = at;
    this.#pending.set(id, target);
    return id;
  }

  /** Takes a request back: nobody waits for its answer any more. */
  withdraw(at: number, id: number): void {
    if (this.#pending.delete(id)) this.tryPeer(at)?.link.send([CANCEL, id]);
  }

  /** Sends a request that has no limit of time. */
  call(at: number, envelope: (id: number) => HostEnvelope): Promise<unknown> {
    const wait = new Wait();
    this.send(at, wait, envelope);
    return wait.promise;
  }

  /** Sends a request for somebody who waits; returns its number. */
  send(
    at: number,
    target: Pending,
    envelope: (id: number) => HostEnvelope,
    packet?: Packet,
  ): number {
    try {
      const { link } = this.peer(at);
      const id = this.expect(at, target);
      link.send(envelope(id), packet);
      return id;
    } catch (error) {
      target.reject(error);
      return 0;
    }
  }

  /** Asks the directory, which is on host 0. */
  question(question: Question): Promise<unknown> {
    const { coordinator, index } = this.#host;
    if (coordinator !== null) return coordinator.answer(question, index);
    return this.call(0, (id) => [DIRECTORY, id, question]);
  }

  /** Reports an event to host 0. */
  report<K extends keyof SystemEvents>(type: K, detail: SystemEvents[K]): void {
    const packet = capture([detail], "wire", "event", "detail");
    this.tryPeer(0)?.link.send([REPORT, type, packet.payload], packet);
  }

  /** The request with this id is answered. */
  answered(id: number): Pending | undefined {
    const target = this.#pending.get(id);
    if (target !== undefined) this.#pending.delete(id);
    return target;
  }

  /** The stream with this id has a value. */
  streaming(id: number): Pending | undefined {
    return this.#pending.get(id);
  }

  /** Notes an actor on another host as a child of somebody here. */
  adopt({ at, serial }: Ref, owner: Owner, child: Child): void {
    this.#children.set(`${at}.${serial}`, { at, owner, child });
    owner.children.add(child);
  }

  /** An actor on another host has ended. */
  childExited(at: number, serial: number, reason: ExitReason): void {
    const key = `${at}.${serial}`;
    this.#reasons.note(key, reason);
    const entry = this.#children.get(key);
    this.#children.delete(key);
    entry?.owner.children.delete(entry.child);
  }

  /** A host has ended: everything that waits for it ends too. */
  lose(at: number, error: HostLostError, victim: number | null): void {
    if (this.#lost.has(at)) return;
    this.#lost.set(at, error);
    if (victim !== null) this.#victims.add(`${at}.${victim}`);
    const peer = this.#peers.get(at);
    this.#peers.delete(at);
    peer?.close(error);
    for (const [id, target] of [...this.#pending]) {
      if (target.at !== at) continue;
      this.#pending.delete(id);
      target.reject(again(error));
    }
    for (const [key, { at: where, owner, child }] of [...this.#children]) {
      if (where !== at) continue;
      this.#children.delete(key);
      owner.children.delete(child);
    }
    for (const cell of [...this.#host.cells.values()]) {
      if (cell.owner === at) cell.stop({ kind: "shutdown" });
    }
  }

  /** Why a host is lost, when it is. */
  lossOf(at: number): HostLostError | undefined {
    return this.#lost.get(at);
  }

  /** Posts what is queued on all links. */
  flush(): void {
    for (const { link } of this.#peers.values()) link.flush();
  }

  /** Why an actor on another host has ended, if that is known here. */
  reasonOf(at: number, serial: number): ExitReason | undefined {
    return this.#reasons.get(`${at}.${serial}`);
  }

  /** Whether this actor's host was ended to kill it. */
  isVictim(at: number, serial: number): boolean {
    return this.#victims.has(`${at}.${serial}`);
  }

  /** Closes all links. What still waits for an answer rejects. */
  close(reason: unknown): void {
    this.#closed = { reason };
    for (const peer of this.#peers.values()) peer.close(reason);
    this.#peers.clear();
    for (const target of [...this.#pending.values()]) target.reject(reason);
    this.#pending.clear();
  }
}

/** The same error for another waiter: each adds its own stack. */
function again({ host, cause }: HostLostError): HostLostError {
  return new HostLostError(host, cause === undefined ? {} : { cause });
}
