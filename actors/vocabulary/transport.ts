/** How the threads of a system are connected: what `sharedMemoryTransport()` of `@troupe/actors/shared` gives. */
export interface Transport {
  /** The module that makes the connections, which each worker imports. */
  readonly module: string;
}
