/** The part of the Web Locks API that is used here; Deno has it, its types do not. */
interface Locks {
  request(
    name: string,
    options: { signal?: AbortSignal; mode?: "shared" },
    callback: () => unknown,
  ): Promise<unknown>;
}

const { locks } = navigator as unknown as { locks: Locks };

/** Whether this thread can end without the whole program. */
const isWorker = "DedicatedWorkerGlobalScope" in globalThis;

// One bit less than a lock's word has for its owner and its flags; 0 is nobody, 1 the main thread.
const NUMBERS = 2 ** 29;

/**
 * Number of this thread, for memory that threads share: 1 on the main thread, in workers a random one of 29 bits.
 *
 * Two of 100 workers have the same number once in 100 000 programs; a number of more bits would not fit beside the
 * flags of a lock.
 */
export const threadNumber: number = isWorker ? randomNumber() : 1;

function randomNumber(): number {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return Math.max(2, random! % NUMBERS);
}

/** Name of the lock that a worker with this number holds as long as it lives. */
export function lifeOf(thread: number): string {
  return `troupe:thread:${thread}`;
}

let own: string | null = null;
let taking: Promise<string> | null = null;

/**
 * Name of a lock that this thread holds as long as it lives; `null` for the main thread, whose end nobody outlives.
 * A promise until the lock is held, the first time. The lock is held when the call returns, also when this thread
 * blocks right away: only the promise needs the event loop.
 *
 * Deno tells nobody that a worker has closed itself, but it frees its locks within some tens of milliseconds.
 */
export function ownLife(): string | null | Promise<string> {
  if (!isWorker || own !== null) return own;
  return taking ??= new Promise((resolve) => {
    const name = lifeOf(threadNumber);
    locks.request(name, {}, () => {
      resolve(own = name);
      return new Promise(() => {});
    });
  });
}

/** Who waits for the end of one thread. */
interface Watch {
  readonly callbacks: Set<() => void>;
  readonly request: AbortController;
}

const watches = new Map<string, Watch>();

/**
 * Calls back when the thread with this life has ended. What it sent before may still be under way: see
 * {@linkcode drain}.
 *
 * @returns Ends the watch.
 */
export function watchLife(name: string, callback: () => void): () => void {
  let watch = watches.get(name);
  if (watch === undefined) watches.set(name, watch = startWatch(name));
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

function startWatch(name: string): Watch {
  const request = new AbortController();
  const callbacks = new Set<() => void>();
  const ended = () => {
    watches.delete(name);
    for (const callback of [...callbacks]) callback();
  };
  // Shared: this thread may be blocked when it is granted the lock, and others want to know too.
  const options = { signal: request.signal, mode: "shared" as const };
  locks.request(name, options, ended).catch((error) => {
    if (!request.signal.aborted) throw error;
  });
  return { callbacks, request };
}

// So many event loop rounds without a new message mean that none is left under way.
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
