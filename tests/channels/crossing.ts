/**
 * What the tests of `channels/` share: values that cross by hand, over a `MessageChannel`, or to a worker and back.
 *
 * @module
 */
import { capture } from "../../channels/packing/capture.ts";
import { OVER_LINK, STAYS_HERE } from "../../channels/packing/destination.ts";
import { Link } from "../../channels/link/link.ts";
import { PortCarrier } from "../../channels/link/port_carrier.ts";
import type { Payload } from "../../channels/message/marker.ts";
import { revive } from "../../channels/message/revival.ts";
import { within } from "../testing.ts";

/** Both ways in which a message is captured. */
export const DESTINATIONS = [{ destination: "wire" }, { destination: "here" }] as const;
/** Where a message goes. */
export type Destination = "wire" | "here";
/** How it is captured for that. */
export const TO = { wire: OVER_LINK, here: STAYS_HERE } as const;

const NO_SIGNALS = {
  signal(): never {
    throw new Error("No live signal was expected");
  },
};

/** What arrives for `value`, without a port in between; errors of capture say `args[0]`. */
export function arrive<T>(value: T, destination: Destination = "wire"): T {
  const packet = capture([value], TO[destination], "message", "args");
  if (destination === "here") {
    return revive(packet.payload, { attachments: packet.attachments, ...NO_SIGNALS })[0] as T;
  }
  const payload = JSON.parse(JSON.stringify(packet.payload)) as Payload;
  const attachments = structuredClone(packet.attachments, { transfer: packet.transfers });
  return revive(payload, { attachments, ...NO_SIGNALS })[0] as T;
}

/** The one envelope of these tests. */
export type TestEnvelope = readonly [kind: 0, payload: Payload];

/** What comes in at one end of a link, in order. */
export class Inbox {
  /** What has come so far. */
  readonly values: unknown[] = [];
  #wanted = 0;
  #arrived = Promise.withResolvers<void>();

  /** Takes one value in. */
  add(value: unknown): void {
    if (this.values.push(value) === this.#wanted) this.#arrived.resolve();
  }

  /** Ends the wait for more. */
  fail(reason: unknown): void {
    this.#arrived.promise.catch(() => {});
    this.#arrived.reject(reason);
  }

  /** Resolves to all values as soon as there are `count` of them. */
  async first(count: number): Promise<unknown[]> {
    if (this.values.length < count) {
      this.#wanted = count;
      this.#arrived = Promise.withResolvers();
      await within(20_000, `${count} values over a link`, this.#arrived.promise);
    }
    return this.values;
  }
}

/** A link whose values come to an inbox. */
export function linkTo(port: MessagePort): { link: Link<TestEnvelope>; inbox: Inbox } {
  const inbox = new Inbox();
  const link = new Link<TestEnvelope>(new PortCarrier(port), ([, payload], context) => {
    inbox.add(revive(payload, context)[0]);
  });
  return { link, inbox };
}

/** Sends one value. */
export function post(link: Link<TestEnvelope>, value: unknown): void {
  const packet = capture([value], OVER_LINK, "message", "args");
  link.send([0, packet.payload], packet);
}

/** Two links over one channel; both are closed at the end of the scope. */
export class LinkPair implements Disposable {
  /** The end that sends. */
  readonly left: Link<TestEnvelope>;
  /** The end that receives. */
  readonly right: Link<TestEnvelope>;
  /** What came in on the right. */
  readonly inbox: Inbox;
  /** What was handed to `postMessage` on the left. */
  readonly posted: unknown[] = [];

  /** Connects. */
  constructor() {
    const { port1, port2 } = new MessageChannel();
    const postMessage = port1.postMessage.bind(port1);
    port1.postMessage = (message: unknown, transfer?: unknown) => {
      this.posted.push(message);
      postMessage(message, transfer as Transferable[]);
    };
    this.left = linkTo(port1).link;
    ({ link: this.right, inbox: this.inbox } = linkTo(port2));
  }

  /** Closes both ends. */
  [Symbol.dispose](): void {
    this.left.close(new Error("the left end was closed"));
    this.right.close(new Error("the right end was closed"));
  }
}

/** What arrives for `value` over a real channel. */
export async function cross<T>(value: T): Promise<T> {
  using pair = new LinkPair();
  post(pair.left, value);
  return (await pair.inbox.first(1))[0] as T;
}

/** A worker at the other end of a link; it is terminated at the end of the scope. */
export class WorkerLink implements Disposable {
  /** The end on this thread. */
  readonly link: Link<TestEnvelope>;
  /** What came from the worker. */
  readonly inbox: Inbox;
  readonly #worker: Worker;

  /** Gives the worker its end of the link. */
  constructor(worker: Worker) {
    const { port1, port2 } = new MessageChannel();
    this.#worker = worker;
    worker.postMessage(port2, [port2]);
    ({ link: this.link, inbox: this.inbox } = linkTo(port1));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.inbox.fail(new Error(`The worker failed: ${event.message}`));
    });
  }

  /** Sends values and resolves to what the worker answers, in order. */
  async exchange(...values: unknown[]): Promise<unknown[]> {
    const before = this.inbox.values.length;
    for (const value of values) post(this.link, value);
    return (await this.inbox.first(before + values.length)).slice(before);
  }

  /** Ends the worker. */
  [Symbol.dispose](): void {
    this.link.close(new Error("the worker was terminated"));
    this.#worker.terminate();
  }
}

/** Catches what would end the program in the scope, such as an error of a microtask. */
export class UncaughtErrors implements Disposable {
  /** What was caught, as text. */
  readonly seen: string[] = [];

  /** Starts to catch. */
  constructor() {
    addEventListener("error", this);
  }

  /** Notes an error. */
  handleEvent(event: ErrorEvent): void {
    event.preventDefault();
    this.seen.push(String(event.error));
  }

  /** Catches no more. */
  [Symbol.dispose](): void {
    removeEventListener("error", this);
  }
}
