import { soon } from "../vocabulary/kept.ts";

// Number of microtasks after a message until the port waits for the next one.
const MICROTASKS = 6;

/** Listens to a port, which does not keep the program alive. */
export function listen(port: MessagePort, receive: (event: MessageEvent) => void): void {
  port.onmessage = (event) => {
    letGo(port);
    receive(event);
  };
  letGo(port);
}

/** Until its next message: Deno counts the wait for the next message anew. */
function letGo(port: MessagePort, microtasks = MICROTASKS): void {
  const counted = port as MessagePort & { ref(): void; unref(): void };
  if (microtasks === MICROTASKS) counted.unref();
  if (microtasks > 0) return soon(() => letGo(port, microtasks - 1));
  counted.ref();
  counted.unref();
}

/** Whether somebody listens to a port, or did: Deno waits for its next message then, and cannot move it. */
export function isListenedTo(port: MessagePort): boolean {
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

/**
 * Whether a port is neither closed nor moved: only one that is open looks at what it is to post, and nothing is posted
 * when that throws.
 *
 * @throws {TypeError} when it is no real one.
 */
export function isOpen(port: MessagePort): boolean {
  try {
    MessagePort.prototype.postMessage.call(port, UNSENDABLE);
    return false;
  } catch (error) {
    if (error === REFUSAL || error instanceof DOMException) return true;
    throw error;
  }
}

/**
 * Closes a port, and only that: with `node:worker_threads` loaded each port has a `close` of its own, which ends the
 * other port too while that is on the same thread, so that it cannot leave and loses what it has not received.
 *
 * Deno delivers what the port still holds before it closes it, within this call. So the listener is removed
 * first: it is not called back while the code that closes the port is still running.
 *
 * @param giveUp Gets what the port still held.
 */
export function closePort(port: MessagePort, giveUp: (data: unknown) => void = () => {}): void {
  port.onmessage = null;
  // Unlike `onmessage` it does not start a port that nobody has listened to.
  port.addEventListener("message", ({ data }) => giveUp(data));
  MessagePort.prototype.close.call(port);
}

/** What {@linkcode postMoving} needs of a port. */
interface PostingPort {
  postMessage(message: unknown, transfers: Transferable[]): void;
}

/**
 * Posts a message that moves something. Returns whether that has left.
 *
 * With `node:worker_threads` loaded Deno closes a port when the other end is gone, before the loss of a thread is
 * declared here. A closed port takes nothing and says nothing, but what it was to move stays: also an empty buffer.
 */
export function postMoving(
  port: PostingPort,
  message: unknown,
  transfers: readonly Transferable[],
): boolean {
  const buffer = transfers.find((each) => each instanceof ArrayBuffer);
  const witness = buffer ?? new ArrayBuffer(0);
  port.postMessage(message, buffer === undefined ? [...transfers, witness] : [...transfers]);
  return witness.detached;
}
