import { clone } from "../vocabulary/kept.ts";

/** What the platform does with message ports, beside what they do by themselves. */
export interface Ports {
  /** Two ports that are connected. */
  channel(): { readonly port1: MessagePort; readonly port2: MessagePort };
  /**
   * Closes a port, and only that: with `node:worker_threads` loaded each port has a `close` of its own, which ends the
   * other port too while that is on the same thread, so that it cannot leave and loses what it has not received.
   */
  close(port: MessagePort): void;
  /**
   * Whether a port is neither closed nor moved: only one that is open looks at what it is to post, and nothing is
   * posted when that throws.
   *
   * @throws {TypeError} when it is no real one.
   */
  isOpen(port: MessagePort): boolean;
  /** Whether somebody listens to a port, or did: Deno waits for its next message then, and cannot move it. */
  isListenedTo(port: MessagePort): boolean;
  /** Moves each thing of a list; what was given is detached afterwards. */
  move<T extends Transferable>(list: T[]): T[];
}

const { MessageChannel } = globalThis;
const { close, postMessage } = MessagePort.prototype;

/** Those of the platform, as they were when this module was loaded. */
export const platformPorts: Ports = {
  channel: () => new MessageChannel(),
  close: (port) => close.call(port),
  isOpen,
  isListenedTo,
  move: (list) => clone(list, { transfer: list }),
};

function isListenedTo(port: MessagePort): boolean {
  // The platform says so nowhere else; with `node:worker_threads` loaded it begins a little later.
  const key = Object.getOwnPropertySymbols(port).find(({ description }) =>
    description === "enabled"
  );
  return port.onmessage !== null || key !== undefined && Reflect.get(port, key) === true;
}

const REFUSAL = new Error("Cannot be sent");
const refuse = (): never => {
  throw REFUSAL;
};
/** What nobody can send; that it throws as soon as it is looked at takes a tenth of the time of a refusal. */
const UNSENDABLE = new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse });

function isOpen(port: MessagePort): boolean {
  try {
    postMessage.call(port, UNSENDABLE);
    return false;
  } catch (error) {
    if (error === REFUSAL || error instanceof DOMException) return true;
    throw error;
  }
}
