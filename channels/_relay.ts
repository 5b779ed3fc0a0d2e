import { movableIn } from "./_movable_in.ts";

// So many microtasks after a message the port waits for the next one.
const MICROTASKS = 6;

/**
 * Makes a port not keep the program alive, until its next message: Deno counts the wait for the next message anew.
 */
export function letGo(port: MessagePort, microtasks = MICROTASKS): void {
  const counted = port as MessagePort & { ref(): void; unref(): void };
  if (microtasks === MICROTASKS) counted.unref();
  if (microtasks > 0) return queueMicrotask(() => letGo(port, microtasks - 1));
  counted.ref();
  counted.unref();
}

/**
 * Passes everything on between two ports, until one side says goodbye: for a port that cannot be transferred any
 * more, because Deno has begun to wait for its next message.
 */
export function relay(one: MessagePort, other: MessagePort): void {
  const close = () => {
    one.close();
    other.close();
  };
  for (const [from, to] of [[one, other], [other, one]] as const) {
    from.onmessage = ({ data }) => {
      to.postMessage(data, movableIn(data));
      if (data === null) close();
      else letGo(from);
    };
    letGo(from);
  }
}
