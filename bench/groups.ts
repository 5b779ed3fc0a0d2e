/** The groups of workloads, by name; each is loaded when it runs. */
export const groups: Record<string, () => Promise<() => Promise<void>>> = {
  "one-thread": async () => (await import("./workloads/one_thread.ts")).benchOneThread,
  "threads": async () => (await import("./workloads/threads.ts")).benchThreads,
  "channels": async () => (await import("./workloads/channels.ts")).benchChannels,
  "pool": async () => (await import("./workloads/pool.ts")).benchPool,
  "shared": async () => (await import("./workloads/shared.ts")).benchShared,
  "shared-storage": async () => (await import("./workloads/shared_storage.ts")).benchSharedStorage,
  "manager": async () => (await import("./workloads/manager.ts")).benchManager,
  "lifecycle": async () => (await import("./workloads/lifecycle.ts")).benchLifecycle,
  "supervision": async () => (await import("./workloads/supervision.ts")).benchSupervision,
  "keyed": async () => (await import("./workloads/keyed.ts")).benchKeyed,
  "durable": async () => (await import("./workloads/durable.ts")).benchDurable,
  "simulation": async () => (await import("./workloads/simulation.ts")).benchSimulation,
  "search": async () => (await import("./workloads/search.ts")).benchSearch,
  "memory": async () => (await import("./workloads/memory.ts")).benchMemory,
};
