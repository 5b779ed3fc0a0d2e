import { portIn } from "../vocabulary/malformed.ts";
import { capture } from "../packing/capture.ts";
import { BY_OTHERS } from "../packing/destination.ts";
import { Connection } from "../link/connection.ts";
import { itemFrom, reviveItem } from "../message/abandon.ts";
import { Line } from "../link/line.ts";
import type { Packet } from "../message/packet.ts";
import { ADD_USER, DELIVER, LEAVE, type QueueReply, type QueueRequest } from "./_protocol.ts";
import { QueueClient } from "./_client.ts";
import { QueueHome } from "./_home.ts";
import type { QueueUser } from "./_user.ts";
import { lifeHere } from "../thread/life.ts";
import { thread, ThreadSlot } from "../thread/thread.ts";
import { transfer } from "../packing/transfer.ts";

/** What all handles on one queue in one thread share. */
export interface QueueCore {
  /** The same in all threads. */
  readonly id: string;
  readonly capacity: number;
  readonly client: QueueClient;
  /** Whether something waits here. */
  readonly isBusy: boolean;
  /** Whether the queue can be reached from other threads by way of this one. */
  readonly isReachable: boolean;
  /** By which the end of the home's thread is noticed; `null` when that is not known here, or outlives all others. */
  readonly homeLife: string | null;
  /** Lets another thread use the queue over this port. */
  connect(port: MessagePort): void;
  /** One more handle. */
  retain(): void;
  /** One handle less: without any this thread is done with the queue. */
  release(): void;
}

/** The queues that others can bring here by their ids. */
const cores = new ThreadSlot(() => new Map<string, QueueCore>());

/** The queue with this id as this thread knows it. */
export function coreOf(id: string): QueueCore | undefined {
  return cores.here.get(id);
}

/** A queue whose home is here. */
export class HomeCore implements QueueCore {
  readonly id = thread().platform.uuid();
  readonly capacity: number;
  readonly client: QueueClient;
  readonly #home: QueueHome;
  readonly #connections = new Set<Connection>();

  constructor(capacity: number, onAbandoned: (count: number) => void) {
    this.capacity = capacity;
    this.#home = new QueueHome(capacity, onAbandoned);
    const home = this.#home;
    const client: QueueClient = this.client = new QueueClient({
      isLocal: true,
      send: (request: QueueRequest) => home.handle(user, request),
      sendItem: (item: Packet) => home.accept(user, [item]),
      close() {},
    }, () => {});
    const user: QueueUser = home.join({
      send: (reply: QueueReply) => client.handle(reply, []),
      sendItem: (item: Packet) => client.receiver.arrived(item),
      deliver: (id: number, item: Packet) => client.receiver.delivered(id, item),
      close() {},
    });
  }

  get isBusy(): boolean {
    return this.client.isBusy;
  }

  get isReachable(): boolean {
    return !this.#home.hasEnded;
  }

  get homeLife(): string | null {
    return lifeHere();
  }

  connect(port: MessagePort): void {
    const home = this.#home;
    const connection: Connection<QueueReply | QueueRequest> = new Connection(Line.over(port), {
      onItems: (items) => home.accept(user, items),
      onEnvelope: (envelope, attachments) => {
        const request = envelope as QueueRequest;
        if (request[0] === ADD_USER) this.connect(askedPort(request[1], attachments));
        else home.handle(user, request);
      },
      onLost: () => home.leave(user),
    });
    const user: QueueUser = home.join({
      send: (reply) => connection.send(reply),
      sendItem: (item) => connection.sendItem(item),
      deliver: (id, item) => connection.send([DELIVER, id, item.payload], item),
      close: () => {
        connection.close();
        this.#connections.delete(connection);
        // As long as somebody can bring the id back the home can be found by it, and not longer: nobody may be left
        // here that could close it.
        if (this.#connections.size === 0) cores.here.delete(this.id);
      },
    });
    this.#connections.add(connection);
    cores.here.set(this.id, this);
  }

  // The thread of the home needs no handles: closing is what ends its queue.
  retain(): void {}
  release(): void {}
}

/** A queue whose home is on another thread. */
export class RemoteCore implements QueueCore {
  readonly id: string;
  readonly capacity: number;
  readonly client: QueueClient;
  readonly #connection: Connection<QueueReply | QueueRequest>;
  #handles = 0;

  /** @param homeLife What the thread that sent the handle knew: the home may be gone, and never say it itself. */
  constructor(id: string, capacity: number, port: MessagePort, homeLife: string | null) {
    this.id = id;
    this.capacity = capacity;
    const connection: Connection<QueueReply | QueueRequest> = this.#connection = new Connection(
      Line.over(port),
      {
        onItems: (items) => items.forEach((item) => client.receiver.arrived(item)),
        onEnvelope: (envelope, attachments) => client.handle(envelope as QueueReply, attachments),
        onLost: (error) => client.lost(error),
      },
      homeLife ?? undefined,
    );
    const client: QueueClient = this.client = new QueueClient({
      isLocal: false,
      send: (request) => connection.send(request),
      sendItem: (item) => connection.sendItem(item),
      close: () => connection.close(),
    }, () => cores.here.delete(id));
    cores.here.set(id, this);
  }

  get isBusy(): boolean {
    return this.client.isBusy;
  }

  get isReachable(): boolean {
    return !this.client.hasLeft;
  }

  get homeLife(): string | null {
    return this.#connection.otherLife ?? null;
  }

  connect(port: MessagePort): void {
    const packet = capture([transfer(port, [port])], BY_OTHERS, "port", "port");
    this.#connection.send([ADD_USER, packet.payload], packet);
  }

  retain(): void {
    this.#handles++;
  }

  release(): void {
    if (--this.#handles === 0) this.client.leave();
  }
}

/** Gives up a port to a queue's home that is not needed. */
export function refuseConnection(port: MessagePort): void {
  const connection = new Connection<QueueRequest>(Line.over(port), {
    onItems() {},
    onEnvelope() {},
    onLost() {},
  });
  connection.send([LEAVE]);
  connection.close();
}

function askedPort(
  payload: QueueRequest & { 0: typeof ADD_USER } extends readonly [unknown, infer P] ? P : never,
  attachments: readonly unknown[],
): MessagePort {
  return portIn(reviveItem(itemFrom(payload, attachments)), "port");
}
