import { type Packed, packValues, unpackValues } from "./packed.ts";

/**
 * Packs a value for the `postMessage` of a plain `Worker` or `MessagePort`, as Troupe's own messages are packed:
 * queues and pipe ends can be part of it, signals stay live, what would be flattened is refused by path.
 *
 * The value is captured by this call: what it moves (buffers of `transfer`, pipe ends) has left afterwards, so post
 * the message. A pipe end whose message is never posted is never closed; one whose message is lost with a thread is.
 *
 * @example Give a queue to a worker
 * ```ts ignore
 * const results = new Queue<number>();
 * const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
 * const { message, transfer } = pack(results);
 * worker.postMessage(message, transfer);
 * // worker.ts: onmessage = ({ data }) => unpack<Queue<number>>(data).send(42);
 * ```
 *
 * @throws {TypeError} when a value cannot cross; nothing was moved then.
 */
export function pack(value: unknown): Packed {
  return packValues([value], "message", "value");
}

/**
 * The value of a message that {@linkcode pack} made; once for each message that arrived.
 *
 * @typeParam T The value's type, which is not checked.
 * @throws {TypeError} when the message was not packed, or was unpacked before; when it holds an instance of a class
 * that is not registered in this thread.
 */
export function unpack<T>(message: unknown): T {
  return unpackValues(message, false)[0] as T;
}
