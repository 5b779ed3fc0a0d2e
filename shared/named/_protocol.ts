/**
 * What threads that ask for a named block and its home say to each other: all on one broadcast channel, so each message
 * names whom it is for.
 */
export type BlockMessage =
  /** Who has the block of this name? */
  | { readonly kind: "find"; readonly name: string; readonly request: string }
  /** Here it is. */
  | {
    readonly kind: "found";
    readonly request: string;
    readonly id: string;
    readonly buffer: SharedArrayBuffer;
  }
  /** Give up the name of this block. */
  | {
    readonly kind: "unlink";
    readonly name: string;
    readonly id: string;
    readonly request: string;
  }
  /** That block does not have it any more. */
  | { readonly kind: "unlinked"; readonly request: string };
