import { actor } from "@troupe/actors";

/** How much is let through. */
export interface Rate {
  /** So many requests may come at once. */
  readonly burst: number;
  /** After so long there is room for one more. */
  readonly refillMs: number;
}

/**
 * A token bucket: a request takes a token, and time brings them back. One message at a time is
 * handled, so no token is given out twice, whoever asks from wherever.
 *
 * A bucket that is full again knows nothing that a new one would not: it ends.
 */
export const bucket = actor(import.meta, (context, { burst, refillMs }: Rate) => {
  let tokens = burst;
  context.every(refillMs, () => {
    if (++tokens >= burst) context.stop();
  });
  return {
    /** Takes a token; `false` when there is none. */
    take: (): boolean => tokens > 0 && tokens-- > 0,
  };
});
