/** The part of the Web Locks API that is used here; Deno has it, its types do not. */
interface Locks {
  request(
    name: string,
    options: { signal?: AbortSignal },
    callback: () => unknown,
  ): Promise<unknown>;
}

const { locks } = navigator as unknown as { locks: Locks };

/** Name of the lock that a host holds as long as its thread lives. */
export function lifeLock(systemId: string, host: number): string {
  return `troupe:${systemId}:${host}`;
}

/** Takes a lock for the rest of this thread's life; calls back once it is held. */
export function holdForLife(name: string, onHeld: () => void): void {
  locks.request(name, {}, () => {
    onHeld();
    return new Promise(() => {});
  });
}

/** Calls back when the thread that holds a lock has ended, unless the signal is aborted first. */
export function onRelease(name: string, signal: AbortSignal, callback: () => void): void {
  locks.request(name, { signal }, callback).catch((error) => {
    if (!signal.aborted) throw error;
  });
}
