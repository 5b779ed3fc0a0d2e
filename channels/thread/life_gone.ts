import { lifeOf } from "./life.ts";

// Deno has them, its types do not.
const { locks } = navigator as unknown as {
  locks: { request(name: string, options: object, callback: () => void): Promise<void> };
};

// A thread that cannot be stopped never frees its lock.
const PATIENCE_MS = 1_000;

/**
 * Resolves when a thread has ended, and all that watched over its life know.
 *
 * Deno never frees a lock that it grants to a thread which is ending: who comes next would wait for ever. So threads
 * that watch each other must not end in the same moment. Requests are granted in order, so this one comes after theirs.
 */
export async function lifeGone(thread: number): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    await locks.request(lifeOf(thread), { signal: patience.signal }, () => {});
  } catch (error) {
    if (!patience.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}
