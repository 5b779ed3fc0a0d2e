import { actor, type RefOf } from "@troupe/actors";

/**
 * Lies between two philosophers. While one of them waits for it the other one can put it down:
 * therefore it handles two messages at the same time.
 */
export const fork = actor(import.meta, () => {
  let isTaken = false;
  let next: (() => void) | undefined;
  return {
    /** Resolves when whoever asks has it. */
    async take(): Promise<void> {
      if (isTaken) await new Promise<void>((resolve) => next = resolve);
      isTaken = true;
    },
    /** Gives it to who waits for it, else lays it on the table. */
    put(): void {
      isTaken = next !== undefined;
      next?.();
      next = undefined;
    },
  };
}).with({ concurrency: 2 });

/** A reference to a {@linkcode fork}. */
export type ForkRef = RefOf<typeof fork>;
