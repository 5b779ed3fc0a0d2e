import { type LockOptions, locks } from "../../channels/thread/locks.ts";

const PREFIX = "troupe:memory:";

/** Lets go of a name; resolves when it is free. */
export type ReleaseName = () => Promise<void>;

/** Takes a name for this thread, which loses it with its end; `null` when it is taken. */
export async function takeName(name: string): Promise<ReleaseName | null> {
  for (;;) {
    const release = await tryTakeName(name);
    // Those who wait for a name to become free have it for an instant.
    if (release !== null || await isNameTaken(name)) return release;
  }
}

function tryTakeName(name: string): Promise<ReleaseName | null> {
  const taken = Promise.withResolvers<ReleaseName | null>();
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const request = locks.request(PREFIX + name, { ifAvailable: true }, (lock) => {
    if (lock === null) return taken.resolve(null);
    taken.resolve(() => {
      letGo();
      return request;
    });
    return held;
  });
  request.catch(taken.reject);
  return taken.promise;
}

/** Whether a thread has the name. */
export async function isNameTaken(name: string): Promise<boolean> {
  const { held } = await locks.query();
  return held.some((lock) => lock.name === PREFIX + name && lock.mode === "exclusive");
}

/**
 * Calls back when nobody has the name any more.
 *
 * @returns Ends the watch.
 */
export function watchName(name: string, callback: () => void): () => Promise<void> {
  const watch = new AbortController();
  const options: LockOptions = { mode: "shared", signal: watch.signal };
  const request = locks.request(PREFIX + name, options, callback).catch((error) => {
    if (!watch.signal.aborted) throw error;
  });
  return () => {
    watch.abort();
    return request;
  };
}
