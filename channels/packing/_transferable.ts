/**
 * What can be given away. The platform moves the things of a list one after the other, and those before one that it
 * refuses are lost: so each is looked at before anything moves.
 *
 * @module
 */
import { inside, isDetached } from "./_inside.ts";
import { thread } from "../thread/thread.ts";
import { Refusal } from "./_refusal.ts";

/** @throws {Refusal} when it cannot be moved; it stays as it is in any case. */
export function checkTransferable(thing: Transferable): void {
  if (thing instanceof ArrayBuffer) {
    if (inside(thing, isDetached)) throw new Refusal("is given a detached ArrayBuffer to move");
    return;
  }
  if (thing instanceof MessagePort) return checkPort(thing);
  if (thing as unknown instanceof SharedArrayBuffer) {
    throw new Refusal("is shared: it cannot be moved");
  }
  if (!isStream(thing)) {
    throw new Refusal("is given something to move that is no ArrayBuffer, MessagePort or stream");
  }
  if (inside(thing, isLocked)) throw new Refusal("is given a locked stream to move");
}

function checkPort(port: MessagePort): void {
  const { isOpen, isListenedTo } = thread().platform.ports;
  if (!inside(port, isOpen)) throw new Refusal("is given a closed MessagePort to move");
  if (isListenedTo(port)) {
    throw new Refusal("is given a MessagePort to move that is listened to already");
  }
}

type Stream = ReadableStream | WritableStream | TransformStream;

function isStream(thing: unknown): thing is Stream {
  return thing instanceof ReadableStream || thing instanceof WritableStream ||
    thing instanceof TransformStream;
}

function isLocked(stream: Stream): boolean {
  return stream instanceof TransformStream
    ? stream.readable.locked || stream.writable.locked
    : stream.locked;
}
