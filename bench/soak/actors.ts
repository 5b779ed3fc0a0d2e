/**
 * Who bears the load of the soak.
 *
 * @module
 */
import { actor, type Queue, task } from "@troupe/actors";

/** Counts, and counts down. */
export const counter = actor(import.meta, () => {
  let count = 0;
  return {
    hit(_note: { id: number; text: string }) {
      count++;
    },
    echo: (note: { id: number }) => note,
    take() {
      const taken = count;
      count = 0;
      return taken;
    },
    *countdown(from: number) {
      while (from > 0) yield from--;
    },
  };
});

/** Ends its thread when it is told to. */
export const victim = actor(import.meta, (): Victim => ({
  ping: () => "pong",
  die: () => (globalThis as unknown as { close(): void }).close(),
}));

/** The protocol of {@linkcode victim}. */
export interface Victim {
  ping(): string;
  die(): void;
}

/** Passes on what comes, until the queue is closed; resolves to how much that was. */
export const pass = task(import.meta, async (from: Queue<number>, to: Queue<number>) => {
  let count = 0;
  for await (const item of from) {
    await to.send(item);
    count++;
  }
  return count;
});

/** Some microseconds of work. */
export const square = task(import.meta, (n: number) => n * n);
