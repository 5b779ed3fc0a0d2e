import { capture } from "../../channels/packing/capture.ts";
import {
  type Destination,
  OVER_LINK,
  OVER_LINK_PORTABLE,
} from "../../channels/packing/destination.ts";
import type { Link } from "../../channels/link/link.ts";
import type { Packet } from "../../channels/message/packet.ts";
import { FAIL, type HostEnvelope, ITEM, REPLY } from "./protocol.ts";
import type { Reply, StreamControl, StreamSink } from "../cell/reply.ts";

/** Another host as seen from this one. */
export class Peer {
  readonly index: number;
  /** Where everything to it goes, so that order is kept. */
  readonly link: Link<HostEnvelope>;
  /** Where it sends, when both sides made a link at the same time. */
  incoming: Link<HostEnvelope> | null = null;
  /** How much of what host 0 had placed for it has come here. */
  placed = 0;
  /** Its requests that are not answered yet, by id. */
  readonly requests = new Map<number, RemoteReply>();

  constructor(index: number, link: Link<HostEnvelope>) {
    this.index = index;
    this.link = link;
  }

  /** How many batches have come from it. */
  get received(): number {
    return this.link.received + (this.incoming?.received ?? 0);
  }

  /** Closes the links; what the peer had asked for is cancelled. */
  close(reason: unknown): void {
    for (const request of [...this.requests.values()]) request.cancel();
    this.link.close(reason);
    this.incoming?.close(reason);
  }
}

/** Answers a request of another host. */
export class RemoteReply implements Reply, StreamSink {
  readonly #peer: Peer;
  readonly #id: number;
  readonly #isStream: boolean;
  #source: StreamControl | null = null;
  #credit = 0;
  /** Runs when the other side has given up. */
  onCancel: (() => void) | null = null;
  onLeft: (() => void) | null = null;
  settled = false;
  isPortable = false;

  constructor(peer: Peer, id: number, isStream = false) {
    this.#peer = peer;
    this.#id = id;
    this.#isStream = isStream;
    peer.requests.set(id, this);
  }

  get stream(): StreamSink | undefined {
    return this.#isStream ? this : undefined;
  }

  resolve(value: unknown): void {
    if (this.settled) return;
    if (this.#peer.link.sendRow(REPLY, 0, "", [value], this.#id)) return this.#settle();
    let packet: Packet;
    try {
      packet = capture([value], this.#destination, "reply", "result");
    } catch (refusal) {
      return this.reject(refusal);
    }
    this.#settle();
    this.#peer.link.sendItem(REPLY, 0, "", packet, this.#id);
  }

  /** Its answer was sent in another envelope. */
  answered(): void {
    this.#settle();
  }

  reject(error: unknown): void {
    if (this.settled) return;
    this.#settle();
    const packet = captureError(error);
    this.#peer.link.send([FAIL, this.#id, packet.payload], packet);
  }

  deliver(value: unknown): void {
    if (this.settled) return;
    const packet = capture([value], this.#destination, "stream value", "result");
    this.#peer.link.send([ITEM, this.#id, packet.payload], packet);
  }

  opened(source: StreamControl): void {
    this.#source = source;
    if (this.settled) source.close();
    else source.grant(this.#credit);
  }

  /** The other side allows more values; before the stream has begun they are kept for it. */
  grant(credit: number): void {
    if (this.#source === null) this.#credit += credit;
    else this.#source.grant(credit);
  }

  /** The other side has given up. */
  cancel(): void {
    if (this.settled) return;
    this.#settle();
    this.onCancel?.();
    this.onLeft?.();
    this.#source?.close();
  }

  get #destination(): Destination {
    return this.isPortable ? OVER_LINK_PORTABLE : OVER_LINK;
  }

  #settle(): void {
    this.settled = true;
    this.#peer.requests.delete(this.#id);
  }
}

/** Who waits for the answer to a request of ours. */
export interface Pending {
  /** Index of the host that has to answer. */
  at: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  deliver?(value: unknown): void;
  /** The actor that is to be started is there. */
  born?(serial: number): void;
}

/** Captures an error; one that cannot cross is replaced by the reason why. */
export function captureError(error: unknown): Packet {
  try {
    return capture([error], OVER_LINK, "error", "error");
  } catch (refusal) {
    return capture([refusal], OVER_LINK, "error", "error");
  }
}
