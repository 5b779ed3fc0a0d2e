import { frameless } from "../../channels/vocabulary/frameless.ts";
import { HostLostError } from "../../channels/vocabulary/errors.ts";
import { ActorStoppedError } from "../vocabulary/errors.ts";

/** The first error of each loss, by its copies. */
const originals = new WeakMap<HostLostError, HostLostError>();

/** The same error for another waiter: each adds its own stack. */
export function again(error: HostLostError): HostLostError {
  const { host, cause } = error;
  const copy = frameless(() => new HostLostError(host, cause === undefined ? {} : { cause }));
  originals.set(copy, lossOf(error));
  return copy;
}

/** What is the same for all errors of one loss on this thread. */
export function lossOf(error: HostLostError): HostLostError {
  return originals.get(error) ?? error;
}

/** Threads that ended because all their actors had. */
const done = new WeakSet<HostLostError>();

/** Notes that a thread has ended because all its actors had. */
export function noteDone(error: HostLostError): void {
  done.add(lossOf(error));
}

/** Whether a thread has ended because all its actors had. */
export function isDone(error: HostLostError): boolean {
  return done.has(lossOf(error));
}

/** The error for somebody who waits for an actor: a thread that ended with its actor is no loss. */
export function errorFor(actor: string, doing: string, error: unknown): unknown {
  if (!(error instanceof HostLostError) || !isDone(error)) return error;
  return new ActorStoppedError(actor, doing);
}
