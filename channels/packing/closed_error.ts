import { ChannelClosedError, type HostLostError } from "../vocabulary/errors.ts";
import { Transfer } from "./_transfer_mark.ts";

/** Why a channel cannot be used any more. */
export interface Closed {
  /** Completes "Cannot send to Queue: ...". */
  readonly why: string;
  /** Set when the channel was not closed by anybody. */
  readonly cause?: HostLostError;
}

/** Makes the error; each wait gets its own. */
export function closedError(
  doing: string,
  { why, cause }: Closed,
  unsent: { value?: unknown } = {},
): ChannelClosedError {
  const { value } = unsent;
  const own = value instanceof Transfer ? { value: value.value } : unsent;
  const options = cause === undefined ? own : { ...own, cause };
  return new ChannelClosedError(`Cannot ${doing}: ${why}`, options);
}
