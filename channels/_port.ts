// So many microtasks after a message the port waits for the next one.
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
  if (microtasks > 0) return queueMicrotask(() => letGo(port, microtasks - 1));
  counted.ref();
  counted.unref();
}

/**
 * Closes a port, and only that: with `node:worker_threads` loaded each port has a `close` of its own, which ends the
 * other port too while that is on the same thread, so that it cannot leave and loses what it has not received.
 */
export function closePort(port: MessagePort): void {
  MessagePort.prototype.close.call(port);
}
