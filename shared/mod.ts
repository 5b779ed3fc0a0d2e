/**
 * Memory that threads share: locks and conditions, for what messages are too slow for.
 *
 * @module
 */
export type { ReceiveResult } from "../channels/queue.ts";
export type { WaitOptions } from "../channels/wait_options.ts";
export * from "./barrier.ts";
export * from "./condition.ts";
export * from "./element_type.ts";
export * from "./errors.ts";
export * from "./lock.ts";
export * from "./mutex.ts";
export * from "./recursive_mutex.ts";
export * from "./rw_lock.ts";
export * from "./semaphore.ts";
export * from "./shared_array.ts";
export * from "./shared_event.ts";
export * from "./shared_list.ts";
export * from "./shared_memory.ts";
export * from "./shared_memory_transport.ts";
export * from "./shared_queue.ts";
export * from "./shared_struct.ts";
export * from "./shared_value.ts";
export * from "./managed_barrier.ts";
export * from "./managed_list.ts";
export * from "./managed_lock.ts";
export * from "./managed_map.ts";
export * from "./managed_namespace.ts";
export * from "./managed_queue.ts";
export * from "./managed_set.ts";
export * from "./managed_value.ts";
export * from "./manager.ts";
export * from "./sync.ts";
export type { Managed } from "./managed_custom.ts";
export { ManagedObject } from "./managed_object.ts";
