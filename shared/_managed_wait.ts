import type { WaitOptions } from "../channels/wait_options.ts";
import { type ManagedObject, seatOf } from "./managed_object.ts";

/** Waits for something that the end of the manager ends too. */
export async function untilEnded<T>(
  object: ManagedObject,
  { signal, timeoutMs }: WaitOptions,
  wait: (limits: WaitOptions) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const onAbort = () => own.abort(signal!.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", onAbort);
  const forget = seatOf(object).client.endWith(own);
  try {
    return await wait({ signal: own.signal, timeoutMs });
  } finally {
    signal?.removeEventListener("abort", onAbort);
    forget();
  }
}
