import { clone, soon } from "../vocabulary/kept.ts";

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
  /**
   * Calls back once nothing more can come to a port that is listened to, and all has come: the other port was closed, or
   * dropped with the thread that had it, or in a message to a thread that ended before it had taken that. At once where
   * that is so already. It does not keep the program alive.
   *
   * @returns Ends the wait.
   */
  whenGone(port: MessagePort, callback: () => void): () => void;
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
  whenGone,
  move: (list) => clone(list, { transfer: list }),
};

function isListenedTo(port: MessagePort): boolean {
  // The platform says so nowhere else; with `node:worker_threads` loaded it begins a little later.
  return port.onmessage !== null || inside(port, "enabled") === true;
}

/** What the platform keeps in a port under a symbol; `undefined` when it has none of this name. */
function inside(port: MessagePort, name: string): unknown {
  const key = Object.getOwnPropertySymbols(port).find(({ description }) => description === name);
  return key && Reflect.get(port, key);
}

// Number of microtasks after a message until a port waits for the next one, or never will.
const MICROTASKS = 6;

/** The platform tells nobody, but a port that listens ends its wait then, and waits no more. */
function whenGone(port: MessagePort, callback: () => void): () => void {
  let isWanted = true;
  const look = (microtasks: number) => {
    if (!isWanted) return;
    const next = inside(port, "dataPromise");
    // It rejects when the port is closed here.
    if (next instanceof Promise) void next.then(() => look(MICROTASKS), () => {});
    else if (microtasks > 0) soon(() => look(microtasks - 1));
    else if (inside(port, "enabled") === false) callback();
  };
  look(MICROTASKS);
  return () => void (isWanted = false);
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
