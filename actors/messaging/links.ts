import { abandonItem } from "../../channels/packing/abandon.ts";
import { capture } from "../../channels/packing/capture.ts";
import { drain } from "../../channels/thread/life.ts";
import { type EnvelopeHandler, Link, type LinkPort } from "../../channels/link/link.ts";
import type { Packet } from "../../channels/packing/packet.ts";
import { Wait } from "../../channels/waits/wait.ts";
import type { HostLostError } from "../../channels/vocabulary/errors.ts";
import type { ExitReason } from "../vocabulary/exit_reason.ts";
import type { Host } from "../host/host.ts";
import { receive } from "./inbox.ts";
import { again } from "./loss.ts";
import { captureLine } from "./lines.ts";
import { LostHosts } from "./lost_hosts.ts";
import { Orders } from "../hosts/orders.ts";
import { Peer, type Pending } from "./remote_reply.ts";
import {
  CANCEL,
  CONNECT,
  type Culprit,
  DIRECTORY,
  type HostEnvelope,
  KILL,
  type Mourning,
  type Question,
  REPORT,
} from "./protocol.ts";
import { Recent } from "../local/recent.ts";
import type { RemoteChild } from "../lifecycle/remote_child.ts";
import type { SystemEvents } from "../vocabulary/system_events.ts";
import { apart } from "../cell/turn.ts";

/** The other hosts of a system as one host sees them: links, requests under way, who is lost. */
export class Network {
  readonly #host: Host;
  readonly #peers = new Map<number, Peer>();
  readonly #lost = new LostHosts();
  readonly #pending = new Map<number, Pending>();
  /** Actors on other hosts that were started from here, by `key`. */
  readonly #children = new Map<string, RemoteChild>();
  /** Why actors on other hosts have ended. */
  readonly #reasons = new Recent<ExitReason>();
  /** Actors for which their hosts were ended, and what that makes of them. */
  readonly #culprits = new Map<string, ExitReason>();
  #ids = 0;
  readonly orders = new Orders();
  /** Why no link is made any more. */
  #closed: { reason: () => Error } | null = null;

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
    const lost = this.#lost.errorOf(at);
    if (lost !== undefined) throw again(lost);
    if (this.#closed !== null) throw this.#closed.reason();
    const { near, far } = this.#host.lines.make();
    const packet = captureLine(far);
    this.peer(0).link.send([CONNECT, at, packet.payload], packet);
    return this.connect(at, near);
  }

  /** The link to another host unless that has ended. */
  tryPeer(at: number): Peer | undefined {
    return this.#lost.has(at) || this.#closed !== null ? undefined : this.peer(at);
  }

  /** Uses a port to another host. */
  connect(at: number, port: LinkPort): Peer {
    const onEnvelope: EnvelopeHandler<HostEnvelope> = (envelope, context) => {
      receive(this.#host, peer, envelope, context);
    };
    const link = apart(() => new Link(port, onEnvelope, (cause) => this.#broken(at, cause)));
    const known = this.#peers.get(at);
    const peer = known ?? new Peer(at, link);
    // Both sides made a channel at the same time: each goes on sending on its own.
    if (known !== undefined) known.incoming = link;
    else this.#peers.set(at, peer);
    return peer;
  }

  /** Another host sends what none does: it cannot be trusted to go on. */
  #broken(at: number, cause: unknown): void {
    const what = `It sent what cannot be handled: ${
      cause instanceof Error ? cause.message : cause
    }`;
    const { coordinator } = this.#host;
    if (coordinator !== null) return coordinator.broken(at, new Error(what, { cause }));
    // Nothing goes on here without host 0.
    if (at === 0) throw cause;
    this.question(["broken", at, what]).catch(() => {});
  }

  /** Notes who waits for the answer to a request, or for the loss of its host; gives the request's number. */
  expect(at: number, target: Pending): number {
    const id = ++this.#ids;
    target.at = at;
    this.#pending.set(id, target);
    return id;
  }

  /** A request was refused before it was sent. */
  forget(id: number): void {
    this.#pending.delete(id);
  }

  /** Takes a request back: nobody waits for its answer any more. */
  withdraw(at: number, id: number): void {
    if (this.#pending.delete(id)) this.tryPeer(at)?.link.send([CANCEL, id]);
  }

  /** Sends a request that has no limit of time. */
  call(
    at: number,
    envelope: (id: number) => HostEnvelope,
    packet?: Packet,
  ): Promise<unknown> {
    const wait = new Wait();
    this.send(at, wait, envelope, packet);
    return wait.promise;
  }

  /**
   * Sends a request for somebody who waits; returns its number.
   *
   * @param whenUnsent Called when it does not leave: it was refused, or taken back before it could.
   */
  send(
    at: number,
    target: Pending,
    envelope: (id: number) => HostEnvelope,
    packet?: Packet,
    whenUnsent?: () => void,
  ): number {
    const id = this.expect(at, target);
    const giveBack = () => {
      if (packet !== undefined) abandonItem(packet);
      whenUnsent?.();
    };
    const post = () => {
      // It was given up while it was put off.
      if (!this.#pending.has(id)) return giveBack();
      try {
        this.peer(at).link.send(envelope(id), packet);
      } catch (error) {
        if (this.#lost.defer(at, post)) return;
        this.forget(id);
        giveBack();
        target.reject(error);
      }
    };
    post();
    return id;
  }

  /** Puts off what is for a host that has ended and may be back; whether it did. */
  defer(at: number, work: () => void): boolean {
    return this.#lost.defer(at, work);
  }

  /** Resolves to whether a host is there (again), once that is decided. */
  fate(at: number): Promise<boolean> {
    return this.#lost.fate(at);
  }

  /**
   * Notes an order to end an actor on another host until it has come to its end.
   *
   * @param isStrict Whether the actor is not to start again first when its host is lost already. The order itself could
   * be there after whoever starts it.
   */
  order<T>(
    at: number,
    serial: number,
    isStrict: boolean,
    obeyed: () => Promise<T>,
  ): Promise<T> {
    // Without host 0 nothing starts again.
    if (isStrict && this.#lost.has(at)) this.question(["ordered", at, serial]).catch(() => {});
    return this.orders.during(at, serial, obeyed);
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

  /** The actor that a request was to start is there. */
  born(at: number, id: number, serial: number, isDone: boolean): void {
    const start = this.#pending.get(id);
    // It was given up meanwhile.
    if (start === undefined) return this.kill(at, serial);
    start.born!(serial);
    if (isDone) this.answered(id)!.resolve(serial);
  }

  /** Ends an actor on another host as soon as its thread hears of it. */
  kill(at: number, serial: number): void {
    // With its host, or the system, it has ended anyway.
    this.call(at, (id) => [KILL, id, serial]).catch(() => {});
  }

  /** Notes an actor on another host as a child of somebody here. */
  adopt(child: RemoteChild): void {
    this.#children.set(child.key, child);
    child.owner.children.add(child);
  }

  /** The child with this serial on another host. */
  childOn(at: number, serial: number): RemoteChild | undefined {
    return this.#children.get(`${at}.${serial}`);
  }

  /** Whether something that was started from here has not ended there. */
  holds(at: number): boolean {
    return this.#children.values().some((child) => child.at === at) ||
      this.#host.runs.keys().some((run) => run.at === at);
  }

  /** An actor on another host has ended. */
  childExited(at: number, serial: number, reason: ExitReason): void {
    const key = `${at}.${serial}`;
    this.#reasons.note(key, reason);
    const child = this.#children.get(key);
    this.#children.delete(key);
    child?.ended(reason);
  }

  /**
   * A host has ended: everything that waits for it ends too, and what was started from there.
   *
   * @returns What is known here of the actors on it, once nothing of the old ones is left here.
   */
  async lose(at: number, error: HostLostError, culprit: Culprit | null): Promise<Mourning> {
    if (!this.#lost.add(at, error)) return { survivors: [], ordered: [], gone: [] };
    const orders = this.orders.of(at);
    if (culprit !== null) this.#culprits.set(`${at}.${culprit.serial}`, culprit.reason);
    const before = this.#ids;
    const peer = this.#peers.get(at);
    this.#peers.delete(at);
    // What it had sent before counts.
    if (peer !== undefined) await drain(() => peer.received, this.#host.clock.yieldTo);
    peer?.close(error);
    for (const [id, target] of [...this.#pending]) {
      if (target.at !== at || id > before) continue;
      this.#pending.delete(id);
      target.reject(again(error));
    }
    for (const serial of this.#host.survivors.ownedBy(at)) {
      this.#host.abandon(serial, { kind: "shutdown" });
    }
    const orphans = [...this.#host.cells.values()].filter(({ owner }) => owner === at);
    await Promise.all(orphans.map((cell) => cell.stop({ kind: "shutdown" })));
    const reason: ExitReason = { kind: "host-lost", error };
    // Some may have come meanwhile.
    const ordered = [...new Set([...orders, ...this.orders.of(at)])];
    const survivors: number[] = [];
    const gone: number[] = [];
    for (const child of this.#children.values()) {
      if (child.at !== at) continue;
      const comesBack = !ordered.includes(child.serial) && child.lose(reason, culprit);
      (comesBack ? survivors : gone).push(child.serial);
    }
    return { survivors, ordered, gone };
  }

  /** Actors of a lost host were told to end from elsewhere: they do not start again. */
  forgo(at: number, ordered: readonly number[]): void {
    for (const serial of ordered) this.childOn(at, serial)?.forgo();
  }

  /** Actors that were started from elsewhere have ended with their host. */
  noteGone(at: number, serials: readonly number[]): void {
    const error = this.#lost.errorOf(at);
    if (error === undefined) return;
    for (const serial of serials) {
      this.#reasons.note(`${at}.${serial}`, { kind: "host-lost", error: again(error) });
    }
  }

  /**
   * It is decided whether a lost host is back.
   *
   * @param port To its new thread, on host 0; other hosts make theirs when they need it.
   */
  decide(at: number, isBack: boolean, port: LinkPort | null = null): void {
    const error = this.#lost.errorOf(at);
    if (port !== null) this.connect(at, port);
    if (error === undefined) return;
    const children = [...this.#children.values()].filter((child) => child.at === at);
    const survivors = new Set(children.filter((child) => isBack && child.isSurvivor));
    for (const child of children) {
      if (survivors.has(child)) continue;
      const { serial } = child;
      const lost: ExitReason = { kind: "host-lost", error: again(error) };
      this.childExited(at, serial, this.reasonOf(at, serial) ?? lost);
    }
    this.#lost.decide(at, isBack);
    for (const child of survivors) child.hostIsBack();
  }

  /** Why a host is lost, when it is. */
  lossOf(at: number): HostLostError | undefined {
    return this.#lost.errorOf(at);
  }

  /** Whether the system is gone. */
  get isClosed(): boolean {
    return this.#closed !== null;
  }

  /** Posts what is queued on all links. */
  flush(): void {
    for (const { link } of this.#peers.values()) link.flush();
  }

  /** Why an actor on another host has ended, if that is known here. */
  reasonOf(at: number, serial: number): ExitReason | null {
    const key = `${at}.${serial}`;
    return this.#culprits.get(key) ?? this.#reasons.get(key) ?? null;
  }

  /** Closes all links. What still waits for an answer rejects, each with an error of its own. */
  close(reason: () => Error): void {
    this.#closed = { reason };
    for (const peer of this.#peers.values()) peer.close(reason());
    this.#peers.clear();
    for (const target of [...this.#pending.values()]) target.reject(reason());
    this.#pending.clear();
    this.#lost.close();
  }
}
