import type { Packet } from "../message/packet.ts";
import type { QueueReply, QueueRequest } from "./_protocol.ts";

/** How a thread reaches a queue's home. */
export interface HomeWire {
  /** Whether the home is on this thread, so that whatever is said is answered before the call returns. */
  readonly isLocal: boolean;
  send(request: QueueRequest, packet?: Packet): void;
  sendItem(item: Packet): void;
  close(): void;
}

/** How a queue's home reaches one thread that uses the queue. */
export interface QueueWire {
  send(reply: QueueReply): void;
  sendItem(item: Packet): void;
  /** Sends an item that was offered to a receive. */
  deliver(id: number, item: Packet): void;
  close(): void;
}
