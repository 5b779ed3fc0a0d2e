import { MAIN_THREAD } from "./number.ts";
import { thread, ThreadSlot } from "./thread.ts";

/** Name of the lock that a worker with this number holds while it lives. */
export function lifeOf(number: number): string {
  return `troupe:thread:${number}`;
}

/** Name of the lock that this thread holds once {@linkcode ownLife} was called; `null` for the main thread. */
export function lifeHere(): string | null {
  const { number } = thread();
  return number === MAIN_THREAD ? null : lifeOf(number);
}

/** What a thread knows of its own life and of others. */
interface Lives {
  /** Its own, once it is held. */
  own: string | null;
  taking: Promise<string> | null;
  readonly watches: Map<string, Watch>;
}

/** The callbacks that wait for the end of one thread. */
interface Watch {
  readonly callbacks: Set<() => void>;
  readonly request: AbortController;
}

const lives = new ThreadSlot((): Lives => ({ own: null, taking: null, watches: new Map() }));

/**
 * Name of a lock that this thread holds while it lives; `null` for the main thread, whose end nobody outlives.
 * A promise until the lock is held, the first time. The lock is held when the call returns, also when this thread
 * blocks right away: only the promise needs the event loop.
 *
 * Deno tells nobody that a worker has closed itself, but it frees its locks within some tens of milliseconds.
 */
export function ownLife(): string | null | Promise<string> {
  const mine = lives.here;
  const { number, platform } = thread();
  if (number === MAIN_THREAD || mine.own !== null) return mine.own;
  return mine.taking ??= new Promise((resolve) => {
    const name = lifeOf(number);
    platform.locks.request(name, {}, () => {
      resolve(mine.own = name);
      return new Promise(() => {});
    });
  });
}

/**
 * Calls back when the thread with this life has ended. What it sent before may still be under way: see
 * {@linkcode drain}.
 *
 * @returns Ends the watch.
 */
export function watchLife(name: string, callback: () => void): () => void {
  const { watches } = lives.here;
  let watch = watches.get(name);
  if (watch === undefined) watches.set(name, watch = startWatch(watches, name));
  const { callbacks, request } = watch;
  // One of its own, because the same function may watch twice.
  const entry = () => callback();
  callbacks.add(entry);
  return () => {
    callbacks.delete(entry);
    if (callbacks.size > 0 || watches.get(name) !== watch) return;
    watches.delete(name);
    request.abort();
  };
}

function startWatch(watches: Map<string, Watch>, name: string): Watch {
  const request = new AbortController();
  const callbacks = new Set<() => void>();
  const ended = () => {
    watches.delete(name);
    for (const callback of [...callbacks]) callback();
  };
  // Shared: this thread may be blocked when it is granted the lock, and must not keep others from learning of the end.
  const options = { signal: request.signal, mode: "shared" as const };
  thread().platform.locks.request(name, options, ended).catch((error) => {
    if (!request.signal.aborted) throw error;
  });
  return { callbacks, request };
}

// Number of event loop rounds without a new message after which none is left under way.
const QUIET_ROUNDS = 3;

/** Waits until what a thread sent before its end has come in: its lock may be free before its last message is here. */
export async function drain(
  received: () => number,
  nextRound: (callback: () => void) => void,
): Promise<void> {
  for (let before = -1; before !== received();) {
    before = received();
    for (let round = 0; round < QUIET_ROUNDS; round++) await new Promise<void>(nextRound);
  }
}

// A thread that cannot be stopped never frees its lock.
const PATIENCE_MS = 1_000;

/**
 * Resolves when a thread has ended, and all that watched over its life know.
 *
 * Deno never frees a lock that it grants to a thread which is ending, and the next request for it would wait for ever.
 * So threads that watch each other must not end in the same moment. Requests are granted in order: this one comes last.
 */
export async function lifeGone(number: number): Promise<void> {
  const { clock, locks } = thread().platform;
  const patience = new AbortController();
  const timer = clock.setRealTimer(() => patience.abort(), PATIENCE_MS);
  try {
    await locks.request(lifeOf(number), { signal: patience.signal }, () => {});
  } catch (error) {
    if (!patience.signal.aborted) throw error;
  } finally {
    timer.cancel();
  }
}
