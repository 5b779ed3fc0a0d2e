/** What goes wrong in a `memoryStore()`; nothing does that is left out. Shares are from 0 to 1. */
export interface MemoryStoreFaults {
  /** Longest time until a request is handled, and that its answer takes then, in milliseconds. */
  readonly slowMs?: number | undefined;
  /** Share of the turns that cannot be stored: their outcome is a `StoreError`. */
  readonly refuses?: number | undefined;
  /** Share of the requests that reject before anything of them is done. */
  readonly fails?: number | undefined;
  /** Share of the commits that are done, but whose answer is lost: they reject. */
  readonly loses?: number | undefined;
  /** Share of the requests at which the thread of the store ends, before or after they are done. */
  readonly dies?: number | undefined;
  /** Share of the commits before which somebody else commits something of the same actor. */
  readonly intrudes?: number | undefined;
}
