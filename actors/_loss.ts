import { frameless } from "../channels/internal.ts";
import { HostLostError } from "../channels/errors.ts";

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
