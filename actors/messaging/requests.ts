import { abandonItem } from "../../channels/message/abandon.ts";
import type { Packet } from "../../channels/message/packet.ts";
import { Wait } from "../../channels/waits/wait.ts";
import type { HostLostError } from "../../channels/vocabulary/errors.ts";
import type { Links } from "./links.ts";
import { again } from "./loss.ts";
import type { LostHosts } from "./lost_hosts.ts";
import { CANCEL, type HostEnvelope } from "./protocol.ts";
import type { Pending } from "./remote_reply.ts";

/** The requests of one host to others that are not answered yet. */
export class Requests {
  readonly #links: Links;
  readonly #lost: LostHosts;
  readonly #pending = new Map<number, Pending>();
  #ids = 0;

  constructor(links: Links, lost: LostHosts) {
    this.#links = links;
    this.#lost = lost;
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
    if (this.#pending.delete(id)) this.#links.tryPeer(at)?.link.send([CANCEL, id]);
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
        this.#links.peer(at).link.send(envelope(id), packet);
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

  /** The request with this id is answered. */
  answered(id: number): Pending | undefined {
    const target = this.#pending.get(id);
    if (target !== undefined) this.#pending.delete(id);
    return target;
  }

  /** Who waits for the answer to a request, of which there may be more than one. */
  waiting(id: number): Pending | undefined {
    return this.#pending.get(id);
  }

  /** Those that are not answered yet: their numbers, and which host is to answer. */
  get open(): { readonly id: number; readonly at: number }[] {
    return Array.from(this.#pending, ([id, { at }]) => ({ id, at }));
  }

  /** The number of the last one. */
  get last(): number {
    return this.#ids;
  }

  /** A host has ended that was to answer: those up to a number reject. */
  lose(at: number, last: number, error: HostLostError): void {
    for (const [id, target] of [...this.#pending]) {
      if (target.at !== at || id > last) continue;
      this.#pending.delete(id);
      target.reject(again(error));
    }
  }

  /** What still waits for an answer rejects, each with an error of its own. */
  close(reason: () => Error): void {
    for (const target of [...this.#pending.values()]) target.reject(reason());
    this.#pending.clear();
  }
}
