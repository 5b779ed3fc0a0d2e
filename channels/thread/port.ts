import { soon } from "../vocabulary/kept.ts";
import { thread } from "./thread.ts";

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

/**
 * Closes a port.
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
  thread().platform.ports.close(port);
}

/**
 * Posts a message. Returns whether what it moves has left.
 *
 * With `node:worker_threads` loaded Deno closes a port when the other end is gone, before the loss of a thread is
 * declared here. A closed port takes nothing and says nothing, but what it was to move stays: also an empty buffer.
 */
export function postTo(
  port: MessagePort,
  message: unknown,
  transfers: readonly Transferable[],
): boolean {
  if (transfers.length === 0) {
    port.postMessage(message);
    return true;
  }
  const buffer = transfers.find((each) => each instanceof ArrayBuffer);
  const witness = buffer ?? new ArrayBuffer(0);
  port.postMessage(message, buffer === undefined ? [...transfers, witness] : [...transfers]);
  return witness.detached;
}
