import { Transfer } from "./_transfer_mark.ts";
import { shown } from "../vocabulary/checks.ts";

/**
 * Marks buffers inside a value to be moved instead of copied when the value is sent.
 *
 * Moving takes the same time for one byte and for a gigabyte. The result is to be used as (or inside) an argument
 * of a message or as the result of a handler. When the message is accepted the buffers are detached here
 * (`byteLength` 0), also when the receiver lives on the same thread; when it is refused they stay attached, and ports
 * and streams stay usable.
 *
 * @example Hand a buffer over to an actor
 * ```ts
 * import { actor, ActorSystem, transfer } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const sink = actor(import.meta, () => ({ take: (bytes: Uint8Array) => bytes.byteLength }));
 *
 * await using system = new ActorSystem({ workers: 0 });
 * const ref = await system.spawn(sink);
 * const bytes = new Uint8Array(1024);
 * assertEquals(await ref.ask.take(transfer(bytes, [bytes.buffer])), 1024);
 * assertEquals(bytes.byteLength, 0);
 * ```
 *
 * @typeParam T The type of the value; the mark is invisible to the receiver.
 * @param value What to send.
 * @param buffers What it owns and gives away: array buffers, message ports, streams.
 * @returns The marked value, for one send.
 * @throws {TypeError} when the buffers are not a list of objects.
 */
export function transfer<T>(value: T, buffers: readonly Transferable[]): T {
  if (!Array.isArray(buffers)) {
    throw new TypeError(`Cannot transfer: buffers must be an array, received ${shown(buffers)}`);
  }
  for (let index = 0; index < buffers.length; index++) {
    const buffer = buffers[index];
    if (typeof buffer === "object" && buffer !== null) continue;
    throw new TypeError(
      `Cannot transfer: buffers[${index}] must be an ArrayBuffer, a MessagePort or a stream, ` +
        `received ${shown(buffer)}`,
    );
  }
  return new Transfer(value, buffers) as T;
}
