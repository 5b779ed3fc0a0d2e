/** The part of the Web Locks API that is used here; Deno has it, its types do not. */
export interface Locks {
  request(
    name: string,
    options: LockOptions,
    granted: (lock: unknown) => unknown,
  ): Promise<void>;
  query(): Promise<{ held: { name: string; mode: "exclusive" | "shared" }[] }>;
}

/** How a lock is asked for. */
export interface LockOptions {
  /** Not exclusive: for those who only wait until an exclusive holder is gone. */
  mode?: "shared";
  /** Gives `null` when it is not free. */
  ifAvailable?: boolean;
  /** Takes the request back. */
  signal?: AbortSignal;
}

/** The locks that all threads of the process share. */
export const locks: Locks = (navigator as unknown as { locks: Locks }).locks;
