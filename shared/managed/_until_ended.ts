import { type AbortListener, offAbort, onAbort } from "../../channels/thread/aborts.ts";
import type { WaitOptions } from "../../channels/vocabulary/wait_options.ts";
import { type ManagedObject, seatOf } from "./managed_object.ts";

/** Waits for something that the end of the manager ends too. */
export async function untilEnded<T>(
  object: ManagedObject,
  { signal, timeoutMs }: WaitOptions,
  wait: (limits: WaitOptions) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const listener: AbortListener = { onAbort: ({ reason }) => own.abort(reason) };
  signal?.throwIfAborted();
  if (signal !== undefined) onAbort(signal, listener);
  const forget = seatOf(object).client.endWith(own);
  try {
    return await wait({ signal: own.signal, timeoutMs });
  } finally {
    if (signal !== undefined) offAbort(signal, listener);
    forget();
  }
}
