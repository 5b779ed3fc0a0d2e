/** The groups of workloads, by name; each is loaded when it runs. */
export const groups: Record<string, () => Promise<() => Promise<void>>> = {
  "one-thread": async () => (await import("./one_thread.ts")).benchOneThread,
  "threads": async () => (await import("./threads.ts")).benchThreads,
  "channels": async () => (await import("./channels.ts")).benchChannels,
  "pool": async () => (await import("./pool.ts")).benchPool,
  "shared": async () => (await import("./shared.ts")).benchShared,
  "shared-storage": async () => (await import("./shared_storage.ts")).benchSharedStorage,
  "manager": async () => (await import("./manager.ts")).benchManager,
  "lifecycle": async () => (await import("./lifecycle.ts")).benchLifecycle,
  "supervision": async () => (await import("./supervision.ts")).benchSupervision,
  "search": async () => (await import("./search.ts")).benchSearch,
  "memory": async () => (await import("./memory.ts")).benchMemory,
};
