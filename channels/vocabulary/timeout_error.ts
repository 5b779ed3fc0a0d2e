/** What a wait says of itself in an error. */
export interface Waited {
  /** Completes "Cannot ...". */
  readonly doing: string;
  /** What did not come in time. */
  readonly missing: string;
}

/** The error of a wait whose time is over. */
export function timeoutError({ doing, missing }: Waited, timeoutMs: number): DOMException {
  return new DOMException(`Cannot ${doing}: ${missing} within ${timeoutMs} ms`, "TimeoutError");
}
